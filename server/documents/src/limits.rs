//! What one document may cost.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What reading one document may cost. Beyond it the document failed, and nothing else did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Address space of the child, in bytes.
    pub memory: u64,
    /// Processor time of the child.
    pub cpu: Duration,
    /// Time from its start to its end.
    pub wall: Duration,
    /// Bytes that it may print.
    pub output: u64,
    /// Bytes of text; what stands behind is left out, and a note says so.
    pub text: u64,
    /// Bytes that archives in it may unpack to, together.
    pub unpacked: u64,
    /// Files of archives that are opened, together.
    pub files: u32,
    /// Files that the child may have open.
    pub open_files: u64,
    /// How far it steps back behind everything else on the machine: 0 not at all, 19 as far as can be.
    pub niceness: u8,
    /// Address space of a program of others (`tesseract`, LibreOffice), in bytes.
    pub program_memory: u64,
    /// Time that such a program has for one page or one conversion, by the clock and of the processor.
    pub program_wall: Duration,
    /// Pages of one document that text recognition reads.
    pub recognized_pages: u32,
    /// Time that text recognition has for one document.
    pub recognition: Duration,
}

impl Limits {
    /// What a program of others may cost: `output` is what it may print, `files` how large a file may be that it writes, in bytes.
    pub(crate) fn of_program(&self, output: u64, files: u64) -> Self {
        let (cpu, wall) = (self.program_wall, self.program_wall);
        Self { memory: self.program_memory, cpu, wall, output, unpacked: files, ..self.clone() }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 1 << 30,
            cpu: Duration::from_secs(60),
            // Far more than its processor time: at the lowest priority it waits for everything else on the machine.
            wall: Duration::from_secs(300),
            output: 48 << 20,
            text: 10 << 20,
            unpacked: 512 << 20,
            files: 500,
            open_files: 16,
            niceness: 19,
            // More than either needs: LibreOffice reserves far more than it uses.
            program_memory: 4 << 30,
            program_wall: Duration::from_secs(120),
            recognized_pages: 500,
            recognition: Duration::from_secs(30 * 60),
        }
    }
}
