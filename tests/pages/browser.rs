//! A headless Chromium with a folder of its own, gone with the test.
#![allow(clippy::disallowed_methods, reason = "tests read the environment")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const NAMES: [&str; 5] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/// What was seen of a page.
pub struct Seen {
    /// The picture's width and height.
    pub size: (u32, u32),
    /// How many colours it has.
    pub colours: usize,
    /// The share of its pixels that are not of the commonest colour.
    pub inked: f64,
}

pub struct Browser {
    program: PathBuf,
    dir: tempfile::TempDir,
}

fn found() -> Option<PathBuf> {
    if let Some(it) = std::env::var_os("VORONKA_CHROMIUM") {
        return Some(it.into());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places: Vec<PathBuf> = std::env::split_paths(&path).collect();
    NAMES.iter().find_map(|name| places.iter().map(|it| it.join(name)).find(|it| it.is_file()))
}

/// A browser; none where there is none, which is said aloud, and a failure where it must be there.
pub fn browser() -> Option<Browser> {
    if let Some(program) = found() {
        let dir = tempfile::Builder::new().prefix("voronka-browser-").tempdir().unwrap();
        return Some(Browser { program, dir });
    }
    assert!(
        std::env::var_os("VORONKA_MUST_CHROMIUM").is_none(),
        "there is no Chromium here, and the tests of pages must not be skipped"
    );
    eprintln!("SKIPPED: no Chromium is found here, so nobody looks at the pages");
    None
}

impl Browser {
    /// Runs it; once more where it hangs or falls, as browsers do on busy machines.
    fn run(&self, arguments: &[String]) -> String {
        self.tried(arguments)
            .or_else(|_| self.tried(arguments))
            .unwrap_or_else(|why| panic!("Chromium failed: {why}"))
    }

    fn tried(&self, arguments: &[String]) -> Result<String, String> {
        let (out, err) = (self.dir.path().join("out"), self.dir.path().join("err"));
        let mut running = Command::new(&self.program)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
            ])
            .args(["--disable-extensions", "--disable-background-networking", "--hide-scrollbars"])
            .args(["--virtual-time-budget=2000", "--force-device-scale-factor=1"])
            .arg(format!("--user-data-dir={}", self.dir.path().join("profile").display()))
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(std::fs::File::create(&out).unwrap())
            .stderr(std::fs::File::create(&err).unwrap())
            .spawn()
            .unwrap();
        let began = std::time::Instant::now();
        let status = loop {
            if let Some(status) = running.try_wait().unwrap() {
                break status;
            }
            if began.elapsed().as_secs() > 90 {
                let _ = running.kill();
                let _ = running.wait();
                return Err("it hangs".to_owned());
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        };
        let read = |path| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
        if status.success() { Ok(read(&out)) } else { Err(read(&err)) }
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// A picture of a page in a window of a size, kept under a name for whoever wants to look.
    pub fn picture(&self, page: &str, (width, height): (u32, u32), dark: bool, name: &str) -> Seen {
        let file = self.file("picture.html", &format!("{BARE}{}", frame(page, width, height)));
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages");
        std::fs::create_dir_all(&kept).unwrap();
        let picture = kept.join(format!("{name}.png"));
        let _ = std::fs::remove_file(&picture);
        let mut arguments = vec![
            // A window is never narrower than this; the frame in it is.
            format!("--window-size={},{height}", width.max(500)),
            format!("--screenshot={}", picture.display()),
        ];
        if dark {
            arguments.push("--blink-settings=preferredColorScheme=0".to_owned());
        }
        arguments.push(format!("file://{}", file.display()));
        self.run(&arguments);
        seen(&std::fs::read(&picture).unwrap(), width)
    }

    /// What a script that looks into pages of these widths finds wrong, all at once. The pages themselves stay as they are.
    pub fn faults(&self, pages: &[(&str, &str, u32)]) -> Vec<String> {
        let frames: String = pages
            .iter()
            .map(|(name, page, width)| {
                frame(page, *width, 800).replacen(
                    "<iframe",
                    &format!("<iframe name=\"{name} at {width}\""),
                    1,
                )
            })
            .collect();
        let file =
            self.file("looked.html", &format!("{BARE}{frames}<pre id=found></pre><script>{LOOK}</script>"));
        let text = self.run(&["--dump-dom".to_owned(), format!("file://{}", file.display())]);
        let found = text.split_once("<pre id=\"found\">").and_then(|it| it.1.split_once("</pre>")).unwrap().0;
        let mut lines: Vec<String> = found.lines().map(str::to_owned).collect();
        assert_eq!(lines.pop().as_deref(), Some("looked"), "the script came to no end: {found}");
        lines
    }
}

const BARE: &str =
    "<!DOCTYPE html><meta charset=utf-8><style>body{margin:0}iframe{border:0;display:block}</style>";

/// The page, just as it is, in a frame: a window of its own, however narrow.
fn frame(page: &str, width: u32, height: u32) -> String {
    let page = page.replace('&', "&amp;").replace('"', "&quot;");
    format!("<iframe width={width} height={height} srcdoc=\"{page}\"></iframe>")
}

const LOOK: &str = include_str!("look.js");

/// Reads a picture in the form in which Chromium writes it (PNG, eight bits, RGB with or without alpha), up to a width.
fn seen(png: &[u8], width: u32) -> Seen {
    use std::io::Read as _;
    let mut at = 8;
    let (mut size, mut channels, mut data) = ((0, 0), 0, Vec::new());
    while at + 8 <= png.len() {
        let long = u32::from_be_bytes(png[at..at + 4].try_into().unwrap()) as usize;
        let body = &png[at + 8..at + 8 + long];
        match &png[at + 4..at + 8] {
            b"IHDR" => {
                let number = |at: usize| u32::from_be_bytes(body[at..at + 4].try_into().unwrap());
                size = (number(0), number(4));
                assert_eq!((body[8], body[12]), (8, 0), "bits, interlacing");
                channels = match body[9] {
                    2 => 3,
                    6 => 4,
                    other => panic!("colours of sort {other}"),
                };
            }
            b"IDAT" => data.extend_from_slice(body),
            _ => {}
        }
        at += long + 12;
    }
    let mut raw = Vec::new();
    flate2::read::ZlibDecoder::new(&data[..]).read_to_end(&mut raw).unwrap();
    let long = size.0 as usize * channels;
    let mut before = vec![0_u8; long];
    let mut colours = std::collections::BTreeMap::<[u8; 3], usize>::new();
    for row in raw.chunks_exact(long + 1) {
        let (filter, row) = (row[0], &row[1..]);
        let mut now = vec![0_u8; long];
        for i in 0..long {
            let left = if i >= channels { now[i - channels] } else { 0 };
            let corner = if i >= channels { before[i - channels] } else { 0 };
            let up = before[i];
            let add = match filter {
                0 => 0,
                1 => left,
                2 => up,
                3 => u8::try_from((u16::from(left) + u16::from(up)) / 2).unwrap(),
                4 => {
                    let guess = i16::from(left) + i16::from(up) - i16::from(corner);
                    let far = |it: u8| (guess - i16::from(it)).abs();
                    let nearest = if far(left) <= far(up) && far(left) <= far(corner) { left } else { up };
                    if nearest == up && far(up) > far(corner) { corner } else { nearest }
                }
                other => panic!("filter {other}"),
            };
            now[i] = row[i].wrapping_add(add);
        }
        for pixel in now.chunks_exact(channels).take(width as usize) {
            *colours.entry([pixel[0], pixel[1], pixel[2]]).or_default() += 1;
        }
        before = now;
    }
    let all: usize = colours.values().sum();
    let most = colours.values().max().copied().unwrap_or(0);
    #[allow(clippy::cast_precision_loss, reason = "counts of pixels")]
    let inked = 1.0 - most as f64 / all as f64;
    Seen { size, colours: colours.len(), inked }
}
