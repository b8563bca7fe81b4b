//! A service on a port of this machine that plays a script, written after the shapes of AWS's API
//! reference.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::thread;

use super::call::Call;
use super::calls;
use super::http::{Message, hang_up, listen, reader};
use super::play::{Play, Record};
use super::script::Script;

/// A running service. It stops when it is dropped, and fails a test that has not asked for the
/// problems.
#[derive(Debug)]
pub(crate) struct Scripted {
    address: SocketAddr,
    play: Arc<Mutex<Play>>,
    stop: Arc<AtomicBool>,
}

impl Scripted {
    pub(crate) fn start(script: Script) -> Self {
        let play = Arc::new(Mutex::new(Play::new(script)));
        let (address, stop) = listen({
            let play = Arc::clone(&play);
            move |stream| {
                // A client that goes away in the middle is none of the service's business.
                let _ = serve(stream, &play);
            }
        });
        Self {
            address,
            play,
            stop,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every call so far, in order.
    pub(crate) fn records(&self) -> Vec<Record> {
        self.play.lock().unwrap().records.clone()
    }

    /// Every call so far, as `calls.txt` lists them.
    pub(crate) fn calls(&self) -> String {
        let play = self.play.lock().unwrap();
        calls::list(&play.records, &play.script)
    }

    /// What the script did not foresee. Whoever asks answers for it.
    pub(crate) fn problems(&self) -> Vec<String> {
        std::mem::take(&mut self.play.lock().unwrap().problems)
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        hang_up(self.address, &self.stop);
        if !thread::panicking() {
            let problems = self.problems();
            assert!(problems.is_empty(), "{}", problems.join("\n"));
        }
    }
}

fn serve(mut stream: TcpStream, play: &Mutex<Play>) -> io::Result<()> {
    let mut reader = reader(&stream)?;
    while let Some(request) = Message::request(&mut reader)? {
        let reply = play.lock().unwrap().answer(&Call::of(&request));
        thread::sleep(reply.delay);
        match reply.message {
            Some(message) => message.send(&mut stream)?,
            None => return Ok(()),
        }
    }
    Ok(())
}
