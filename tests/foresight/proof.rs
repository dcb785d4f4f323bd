use std::fs;
use std::time::Instant;
use voronka::Scenario;
use voronka::foresight::proof::{ask, prove};

#[test]
fn scratch() {
    for name in [
        "src/process/templates/approval.json",
        "src/process/templates/assignment.json",
        "src/process/templates/claim.json",
        "src/process/templates/quick_sale.json",
        "src/process/templates/sale.json",
    ] {
        let text = fs::read_to_string(format!("{}/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let s = Scenario::from_json(&text).unwrap();
        let t = Instant::now();
        let proof = prove(&s);
        println!("{name}: {:?} {} steps exhausted {}", t.elapsed(), proof.steps, proof.exhausted);
        for f in &proof.findings {
            println!(
                "   {:?} {:?} {:?} {:?} run {:?}",
                f.code,
                f.certainty,
                f.stage,
                f.triggers,
                f.run.as_ref().map(|r| r.steps.len())
            );
            for b in &f.because {
                println!("       {} -> {}: {}", b.from, b.to, serde_json::to_string(&b.why).unwrap());
            }
        }
        if name.contains("wholesale") {
            for q in [
                "win without process approval",
                "reach won",
                "reach shipment as manager",
                "win without stage prepayment",
                "win without field address",
                "win without requirement shipment/enter/paid_in_full",
                "win without item clarify",
            ] {
                let t = Instant::now();
                println!(
                    "{q}: {} {:?}",
                    serde_json::to_string(&ask(&s, &q.parse().unwrap()).unwrap()).unwrap(),
                    t.elapsed()
                );
            }
        }
    }
}
