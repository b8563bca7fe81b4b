//! A program that is ended in the middle of what it does.

use std::fs::{self, File};
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use super::proxy::Hook;

/// A place for a program that runs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Victim(Arc<(Mutex<Option<Child>>, Condvar)>);

/// What became of it.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Without a code where a signal ended it.
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Victim {
    /// Runs a program until it ends, or is ended.
    pub(crate) fn run(&self, command: &mut Command) -> Ended {
        let folder = TempDir::new().unwrap();
        let [stdout, stderr] = ["stdout", "stderr"].map(|name| folder.path().join(name));
        command
            .stdout(File::create(&stdout).unwrap())
            .stderr(File::create(&stderr).unwrap());
        let (slot, filled) = &*self.0;
        *slot.lock().unwrap() = Some(command.spawn().unwrap());
        filled.notify_all();
        let status = loop {
            let mut child = slot.lock().unwrap();
            if let Some(status) = child.as_mut().unwrap().try_wait().unwrap() {
                *child = None;
                break status;
            }
            drop(child);
            thread::sleep(Duration::from_millis(2));
        };
        Ended {
            status,
            stdout: fs::read_to_string(stdout).unwrap(),
            stderr: fs::read_to_string(stderr).unwrap(),
        }
    }

    /// A hook that ends the program at once, as a power cut does, and waits until there is one.
    pub(crate) fn ender(&self) -> Hook {
        let victim = self.clone();
        Arc::new(move |_| {
            let (slot, filled) = &*victim.0;
            let slot = slot.lock().unwrap();
            let mut slot = filled.wait_while(slot, |child| child.is_none()).unwrap();
            slot.as_mut().unwrap().kill().unwrap();
        })
    }

    /// Sends the program a signal, such as `TERM`, once there is one.
    pub(crate) fn signal(&self, name: &str) {
        let (slot, filled) = &*self.0;
        let slot = slot.lock().unwrap();
        let slot = filled.wait_while(slot, |child| child.is_none()).unwrap();
        let id = slot.as_ref().unwrap().id().to_string();
        let sent = Command::new("kill")
            .args([format!("-{name}"), id])
            .status()
            .unwrap();
        assert!(sent.success());
    }
}
