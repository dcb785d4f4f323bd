-- The company's own tables, in one file with voronka's, whose names all begin with `voronka_`.
-- Quantities are pieces, sums are kopecks; a case is named by its id.

CREATE TABLE IF NOT EXISTS warehouse (code TEXT PRIMARY KEY) STRICT;
INSERT OR IGNORE INTO warehouse VALUES ('main'), ('port');
CREATE TABLE IF NOT EXISTS item (code TEXT, characteristic TEXT, PRIMARY KEY (code, characteristic)) STRICT;
CREATE TABLE IF NOT EXISTS stock (
    item TEXT, characteristic TEXT, warehouse TEXT NOT NULL REFERENCES warehouse,
    on_hand INTEGER NOT NULL CONSTRAINT stock_below_zero CHECK (on_hand >= 0),
    PRIMARY KEY (item, characteristic, warehouse), FOREIGN KEY (item, characteristic) REFERENCES item
) STRICT;
CREATE TABLE IF NOT EXISTS reserve (
    case_id TEXT, item TEXT, characteristic TEXT, warehouse TEXT,
    quantity INTEGER NOT NULL CONSTRAINT more_than_reserved CHECK (quantity >= 0),
    PRIMARY KEY (case_id, item, characteristic, warehouse),
    FOREIGN KEY (item, characteristic, warehouse) REFERENCES stock
) STRICT;

CREATE TABLE IF NOT EXISTS contract (case_id TEXT PRIMARY KEY, kopecks INTEGER NOT NULL CHECK (kopecks > 0)) STRICT;
CREATE TABLE IF NOT EXISTS contract_line (
    case_id TEXT REFERENCES contract, item TEXT, characteristic TEXT, quantity INTEGER NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (case_id, item, characteristic)
) STRICT;
CREATE TABLE IF NOT EXISTS payment (
    number INTEGER PRIMARY KEY, case_id TEXT NOT NULL REFERENCES contract, kopecks INTEGER NOT NULL CHECK (kopecks > 0)
) STRICT;
CREATE TABLE IF NOT EXISTS unposted (payment INTEGER PRIMARY KEY REFERENCES payment) STRICT;
CREATE TABLE IF NOT EXISTS refund (claim TEXT NOT NULL, kopecks INTEGER NOT NULL CHECK (kopecks > 0)) STRICT;
CREATE TABLE IF NOT EXISTS shipment (number INTEGER PRIMARY KEY, case_id TEXT NOT NULL REFERENCES contract) STRICT;
CREATE TABLE IF NOT EXISTS shipment_line (
    shipment INTEGER NOT NULL REFERENCES shipment, item TEXT, characteristic TEXT, warehouse TEXT,
    quantity INTEGER NOT NULL CHECK (quantity > 0)
) STRICT;
CREATE TABLE IF NOT EXISTS delivery (
    case_id TEXT PRIMARY KEY REFERENCES contract, address TEXT NOT NULL, day TEXT NOT NULL,
    arrived INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What people are told, and which effects were done: one comes again where voronka did not hear that it was.
CREATE TABLE IF NOT EXISTS message (recipient TEXT NOT NULL, text TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS effect_done (id TEXT PRIMARY KEY) STRICT;
