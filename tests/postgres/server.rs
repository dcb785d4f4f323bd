//! A private PostgreSQL server for tests and benches: on a socket in a folder of its own, gone with the process.
#![allow(
    clippy::disallowed_methods,
    reason = "tests read the environment, and wait by the clock of the machine"
)]
#![allow(dead_code, reason = "benches use a part of it")]

use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Where else `initdb` and `pg_ctl` are found; `*` stands for a version.
const PLACES: [&str; 6] = [
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/bin",
    "/usr/local/pgsql/bin",
];

/// A server of this process's own.
pub struct Server {
    bin: PathBuf,
    dir: PathBuf,
    user: Option<(u32, u32)>,
    /// Stops the server and removes its folder when its standard input ends: also when this process is killed.
    watcher: Child,
}

/// A database of its own for one test.
pub struct Fresh {
    pub address: String,
    name: String,
    admin: String,
}

fn found() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&path).collect();
    for place in PLACES {
        match place.split_once('*') {
            None => places.push(place.into()),
            Some((before, after)) => {
                let (parent, begins) = before.rsplit_once('/').unwrap();
                let names = std::fs::read_dir(parent).into_iter().flatten().flatten();
                let mut names: Vec<String> =
                    names.filter_map(|it| it.file_name().into_string().ok()).collect();
                names.retain(|name| name.starts_with(begins));
                // The latest first.
                names.sort_by_key(|name| std::cmp::Reverse(name[begins.len()..].parse::<u32>().unwrap_or(0)));
                places.extend(names.iter().map(|name| PathBuf::from(format!("{parent}/{name}{after}"))));
            }
        }
    }
    places.into_iter().find(|place| place.join("initdb").exists() && place.join("pg_ctl").exists())
}

/// `initdb` refuses root, so that another user has to run it.
fn user() -> Option<(u32, u32)> {
    let id = |args: &[&str]| -> Option<u32> {
        let out = Command::new("id").args(args).output().ok().filter(|it| it.status.success())?;
        String::from_utf8(out.stdout).ok()?.trim().parse().ok()
    };
    if id(&["-u"]) != Some(0) {
        return None;
    }
    ["postgres", "nobody"].into_iter().find_map(|name| Some((id(&["-u", name])?, id(&["-g", name])?)))
}

impl Server {
    /// Starts one; none where PostgreSQL is not installed.
    pub fn start(settings: &[&str]) -> Option<Self> {
        let bin = found()?;
        let user = user();
        let dir = tempfile::Builder::new().prefix("voronka-pg-").tempdir().unwrap().keep();
        if let Some((uid, gid)) = user {
            chown(&dir, Some(uid), Some(gid)).unwrap();
        }
        std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o700)).unwrap();
        let script = r#"cat >/dev/null; "$0/pg_ctl" -D "$1/data" -m immediate -s stop; cd /; rm -rf "$1""#;
        let mut watch = Command::new("sh");
        watch.args(["-c", script]).arg(&bin).arg(&dir).stdin(Stdio::piped());
        watch.stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        let watcher = own(&mut watch, user, &dir).spawn().unwrap();
        let server = Self { bin, dir, user, watcher };
        server.run(
            "initdb",
            &["-D", "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"],
        );
        let conf = server.dir.join("data/postgresql.conf");
        let mut text = std::fs::read_to_string(&conf).unwrap();
        let socket = server.dir.display();
        text += &format!(
            "\nlisten_addresses = ''\nunix_socket_directories = '{socket}'\nmax_connections = 200\n"
        );
        for setting in settings {
            text += &format!("{setting}\n");
        }
        std::fs::write(&conf, text).unwrap();
        server.up();
        Some(server)
    }

    fn run(&self, program: &str, args: &[&str]) {
        let mut command = Command::new(self.bin.join(program));
        // The server would hold a pipe open for as long as it runs.
        let log = self.dir.join(format!("{program}.out"));
        let file = std::fs::File::options().create(true).append(true).open(&log).unwrap();
        command.args(args).stdin(Stdio::null()).stdout(file.try_clone().unwrap()).stderr(file);
        let status = own(&mut command, self.user, &self.dir).status().unwrap();
        let told = || {
            ["log", &format!("{program}.out")]
                .map(|name| std::fs::read_to_string(self.dir.join(name)).unwrap_or_default())
                .join("\n")
        };
        assert!(status.success(), "{program} {args:?}: {}", told());
    }

    /// Starts it again.
    pub fn up(&self) {
        self.run("pg_ctl", &["-D", "data", "-l", "log", "-w", "-s", "start"]);
    }

    /// Stops it as a crash would.
    pub fn down(&self) {
        self.run("pg_ctl", &["-D", "data", "-m", "immediate", "-w", "-s", "stop"]);
    }

    /// The address of one of its databases.
    pub fn address(&self, database: &str) -> String {
        let socket = self.dir.to_str().unwrap().replace('/', "%2F");
        format!("postgres://postgres@{socket}/{database}")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.watcher.stdin.take());
        let _ = self.watcher.wait();
    }
}

fn own<'c>(command: &'c mut Command, user: Option<(u32, u32)>, dir: &Path) -> &'c mut Command {
    if let Some((uid, gid)) = user {
        command.uid(uid).gid(gid);
    }
    command.current_dir(dir)
}

/// The address of a server's own database: the one in `VORONKA_TEST_POSTGRES`, else of the process's own server.
///
/// Where there is neither, it says so loudly; with `VORONKA_MUST_POSTGRES=1` it fails.
pub fn admin() -> Option<String> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    if let Ok(address) = std::env::var("VORONKA_TEST_POSTGRES") {
        return Some(address);
    }
    let server = SERVER.get_or_init(|| Server::start(&["fsync = off"]));
    if server.is_none() {
        missing();
    }
    server.as_ref().map(|server| server.address("postgres"))
}

/// Says that tests are skipped, or fails where they must not be.
pub fn missing() {
    let must = std::env::var("VORONKA_MUST_POSTGRES").is_ok_and(|it| it == "1");
    assert!(!must, "VORONKA_MUST_POSTGRES=1, and no PostgreSQL (initdb, pg_ctl) was found");
    eprintln!("SKIPPED: no PostgreSQL (initdb, pg_ctl) was found, what needs one was not tested");
}

async fn client(address: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(address, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// An address with another database.
fn with_database(address: &str, name: &str) -> String {
    let (before, query) = address.split_once('?').map_or((address, None), |(it, query)| (it, Some(query)));
    let slash = before.rfind('/').filter(|at| *at > "postgres://".len()).unwrap_or(before.len());
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}/{name}{query}", &before[..slash])
}

/// A database of its own, empty.
pub async fn empty() -> Option<Fresh> {
    create(None).await
}

/// A database of its own, with the schema.
pub async fn fresh() -> Option<Fresh> {
    static TEMPLATE: tokio::sync::OnceCell<Option<String>> = tokio::sync::OnceCell::const_new();
    let template = TEMPLATE.get_or_init(|| async {
        let made = create(None).await?;
        let store = voronka::store::sql::PostgresStore::connect(&made.address, 1).unwrap();
        store.migrate_async().await.unwrap();
        drop(store);
        let name = made.name.clone();
        // It stays for as long as the process runs.
        std::mem::forget(made);
        Some(name)
    });
    create(Some(template.await.as_ref()?)).await
}

async fn create(template: Option<&str>) -> Option<Fresh> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let admin = admin()?;
    let name = format!("voronka_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let client = client(&admin).await;
    let sql = match template {
        None => format!("CREATE DATABASE {name}"),
        Some(template) => format!("CREATE DATABASE {name} TEMPLATE {template}"),
    };
    for attempt in 0.. {
        match client.batch_execute(&sql).await {
            Ok(()) => break,
            // Whoever made the template may not have let go of it yet.
            Err(_) if attempt < 50 => tokio::time::sleep(std::time::Duration::from_millis(100)).await,
            Err(error) => panic!("{sql}: {error:?}"),
        }
    }
    Some(Fresh { address: with_database(&admin, &name), name, admin })
}

impl Drop for Fresh {
    fn drop(&mut self) {
        // On a private server it goes with the server.
        if std::env::var("VORONKA_TEST_POSTGRES").is_err() {
            return;
        }
        let (admin, name) = (self.admin.clone(), self.name.clone());
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                let _ = client(&admin).await.batch_execute(&sql).await;
            });
        });
        let _ = dropped.join();
    }
}
