//! A server without room: on a disk of its own that is small, and as it says so.

use super::host::{POSTGRES, Place, Seeded, Watch, open, replays, request, setup, tokio, whole};
use crate::postgres::server::{self, Server};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use voronka::runtime::StepError;
use voronka::store::StoreError;

/// A small disk in memory, unmounted when its standard input ends: also when this process is killed.
struct Disk {
    folder: tempfile::TempDir,
    watcher: Child,
}

impl Disk {
    /// None where this process may not mount one.
    fn mount(size: &str, owner: &Path) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let owner = std::fs::metadata(owner).unwrap();
        let options = format!("size={size},mode=700,uid={},gid={}", owner.uid(), owner.gid());
        let script = r#"mount -t tmpfs -o "$1" voronka-test "$0" || exit 1; echo ready; cat >/dev/null; umount -l "$0""#;
        let mut command = Command::new("sh");
        command.args(["-c", script]).arg(folder.path()).arg(options).process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut watcher = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(watcher.stdout.take().unwrap()).read_line(&mut line).unwrap();
        if line == "ready\n" {
            return Some(Self { folder, watcher });
        }
        watcher.wait().unwrap();
        None
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(self.watcher.stdin.take());
        let _ = self.watcher.wait();
    }
}

#[test]
fn s1_a_server_whose_disk_is_full_stops_a_step_by_name_and_with_room_the_same_input_goes_through() {
    let Some(server) = Server::start(&["fsync = off"]) else { return server::missing() };
    let address = server.address("postgres");
    let socket = address.split('@').nth(1).unwrap().split('/').next().unwrap().replace("%2F", "/");
    // The server goes before its disk does.
    let Some(disk) = Disk::mount("3m", Path::new(&socket)) else {
        eprintln!("SKIPPED: no disk may be mounted here, a disk of PostgreSQL's was not filled");
        return;
    };
    let server = server;
    let sql = |address: &str, sql: &str| {
        tokio().block_on(async {
            let (client, connection) = tokio_postgres::connect(address, tokio_postgres::NoTls).await.unwrap();
            tokio::spawn(connection);
            client.batch_execute(sql).await.unwrap();
        });
    };
    sql(&address, &format!("CREATE TABLESPACE small LOCATION '{}'", disk.folder.path().display()));
    for driver in POSTGRES {
        let database = driver.replace('-', "_");
        sql(&server.address("postgres"), &format!("CREATE DATABASE {database}"));
        let address = server.address(&database);
        let store = voronka::store::sql::PostgresStore::connect(&address, 1).unwrap();
        tokio().block_on(store.migrate_async()).unwrap();
        let host = open(driver, &address, setup("host"), &Watch::default());
        host.publish();
        let case = format!("case-by-{driver}");
        let other = format!("other-by-{driver}");
        for case in [&case, &other] {
            host.step(request("open", case, &format!("{case}-open"))).unwrap();
        }
        sql(&address, "ALTER TABLE voronka.entry SET TABLESPACE small");
        let mut accepted = 1;
        // A page of text that does not get smaller.
        let note = |nth: u64| {
            let mut chance = Seeded::of(nth);
            let letter = |_| char::from(b'a' + u8::try_from(chance.below(26)).unwrap());
            let text: String = (0..8_000).map(letter).collect();
            let mut asked = request("note", &case, &format!("{case}-{nth}"));
            asked.input = serde_json::from_value(serde_json::json!({ "note": { "text": text } })).unwrap();
            asked
        };
        let error = loop {
            match host.step(note(accepted)) {
                Ok(done) => accepted = done.entry.number,
                Err(error) => break error,
            }
            assert!(accepted < 10_000, "the disk is never full");
        };
        let StepError::Store { case: named, error: StoreError::Full { why } } = &error else {
            panic!("{error:?}")
        };
        assert_eq!((named, error.is_transient()), (&case, false));
        assert!(why.contains("No space left on device (SQLSTATE 53100)"), "{why}");
        assert!(accepted > 10);
        assert_eq!(replays(&*host, &case).len() as u64, accepted);
        // What is there is read as before.
        assert_eq!(replays(&*host, &other).len(), 1);
        sql(&address, "ALTER TABLE voronka.entry SET TABLESPACE pg_default");
        sql(&address, "CHECKPOINT");
        let done = host.step(note(accepted)).unwrap();
        assert_eq!((done.repeated, done.entry.number), (false, accepted + 1));
        whole(&*host);
        eprintln!("{driver}: full after {accepted} entries");
    }
    drop(server);
    drop(disk);
}

/// Where no disk may be mounted, the server is made to answer as it does without room (SQLSTATE 53100).
#[test]
fn s1_m10_a_server_without_room_writes_no_half_and_what_fits_goes_through() {
    let Some(place) = Place::postgres() else { return };
    place.sql(
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
           IF NEW.body LIKE '%too-much%' THEN \
             RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; \
           END IF; RETURN NEW; END $$; \
         CREATE TRIGGER full_disk BEFORE INSERT ON ~effect FOR EACH ROW EXECUTE FUNCTION full_disk()",
    );
    for nth in 0..place.drivers.len() {
        let host = place.host(nth, setup("host"));
        let cases: Vec<String> = ["fine", "too-much", "good"].map(|it| format!("{it}-{nth}")).to_vec();
        for case in &cases {
            host.step(request("open", case, &format!("{case}-open"))).unwrap();
        }
        let requests =
            || cases.iter().map(|case| request("mail", case, &format!("{case}-mail"))).collect::<Vec<_>>();
        let answers = host.bulk(requests());
        assert_eq!(answers[0].as_ref().unwrap().entry.number, 2);
        assert_eq!(answers[2].as_ref().unwrap().entry.number, 2);
        let error = answers[1].as_ref().unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "case {}: the store cannot be written: could not extend file: No space left on device (SQLSTATE 53100)",
                cases[1]
            )
        );
        assert!(!error.is_transient());
        let lengths: Vec<usize> = cases.iter().map(|case| replays(&*host, case).len()).collect();
        assert_eq!(lengths, [2, 1, 2]);
        place.sql("ALTER TABLE ~effect DISABLE TRIGGER full_disk");
        let repeated: Vec<bool> = host.bulk(requests()).into_iter().map(|it| it.unwrap().repeated).collect();
        assert_eq!(repeated, [true, false, true]);
        place.sql("ALTER TABLE ~effect ENABLE TRIGGER full_disk");
        assert_eq!(place.number("SELECT count(*) FROM ~effect"), 3 * (i64::try_from(nth).unwrap() + 1));
        whole(&*host);
    }
}
