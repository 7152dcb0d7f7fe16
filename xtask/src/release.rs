//! `cargo xtask release`: one archive with everything a server needs.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use crate::build;
use crate::process::run;
use crate::site;
use crate::step::step;
use crate::workspace::{self, Mode};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Builds the release and packs `closezly-<version>/`: the binary, the site beside it, the licences, the README.
pub fn release() -> Result<()> {
    build::all(Mode::Release)?;
    let dist = workspace::target().join("dist");
    let name = format!("closezly-{VERSION}");
    let archive = format!("{name}.tar.gz");
    step("archive", || {
        let folder = dist.join(&name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        let binary = Mode::Release.server_binary();
        fs::copy(&binary, folder.join("closezly")).with_context(|| format!("{} is missing", binary.display()))?;
        site::copy_folder(&Mode::Release.site(), &folder.join("site"))?;
        for file in ["LICENSE-APACHE", "LICENSE-MIT", "README.md"] {
            fs::copy(workspace::root().join(file), folder.join(file)).with_context(|| format!("{file} is missing"))?;
        }
        // The model is within the binary; what its licence asks for lies beside it.
        for model in ["all-MiniLM-L6-v2", "answers"] {
            let files = workspace::root().join("server/providers/models").join(model);
            for (file, kept_as) in [("LICENSE", format!("LICENSE-{model}")), ("NOTICE.md", format!("NOTICE-{model}.md"))] {
                fs::copy(files.join(file), folder.join(kept_as)).with_context(|| format!("{} is missing", files.join(file).display()))?;
            }
        }
        run(Command::new("tar").args(["--owner=0", "--group=0", "-czf", &archive, &name]).current_dir(&dist))
    })?;
    println!("   {}", dist.join(archive).display());
    Ok(())
}
