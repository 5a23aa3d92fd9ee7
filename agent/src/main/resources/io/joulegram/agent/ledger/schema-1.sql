-- What is known of the file itself.
CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

-- Devices as they were; grams of CO2e of their making, and the seconds it is spread over.
CREATE TABLE device (
  id               INTEGER PRIMARY KEY,
  component        TEXT NOT NULL,
  device           TEXT NOT NULL,
  footprint_low_g  REAL NOT NULL,
  footprint_g      REAL NOT NULL,
  footprint_high_g REAL NOT NULL,
  lifetime_s       REAL NOT NULL,
  origin           TEXT NOT NULL,
  UNIQUE (component, device, footprint_low_g, footprint_g, footprint_high_g, lifetime_s, origin)
);

-- How energy was told: the source label of the metrics; empty for a device without a meter.
CREATE TABLE source (
  id   INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
);

CREATE TABLE model (
  id     INTEGER PRIMARY KEY,
  server TEXT NOT NULL,
  model  TEXT NOT NULL,
  UNIQUE (server, model)
);

-- Where intensities come from.
CREATE TABLE grid (
  id       INTEGER PRIMARY KEY,
  zone     TEXT NOT NULL,
  provider TEXT NOT NULL,
  signal   TEXT NOT NULL,
  boundary TEXT NOT NULL,
  dataset  TEXT NOT NULL,
  UNIQUE (zone, provider, signal, boundary, dataset)
);

-- Stretches of time with one set of intensities, in gCO2e per kWh; NULL where unknown.
CREATE TABLE bucket (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  start_ms      INTEGER NOT NULL,
  end_ms        INTEGER NOT NULL,
  covered_ms    INTEGER NOT NULL,
  kind          INTEGER NOT NULL CHECK (kind IN (0, 1, 2)), -- 0 minute, 1 hour, 2 backfill
  pue           REAL NOT NULL,
  location_g    REAL,
  location_grid INTEGER REFERENCES grid (id),
  market_g      REAL,
  market_grid   INTEGER REFERENCES grid (id),
  marginal_g    REAL,
  marginal_grid INTEGER REFERENCES grid (id)
);

-- Use by device: the whole. Energy in microjoules, NULL without a meter; CO2e of the making in micrograms.
CREATE TABLE device_use (
  bucket          INTEGER NOT NULL REFERENCES bucket (id),
  device          INTEGER NOT NULL REFERENCES device (id),
  source          INTEGER NOT NULL REFERENCES source (id),
  energy_uj       INTEGER,
  unobserved_ms   INTEGER NOT NULL,
  uncertainty_ppm INTEGER NOT NULL,
  embodied_ug     INTEGER NOT NULL,
  PRIMARY KEY (bucket, device, source)
) WITHOUT ROWID;

-- The part that belongs to models: by component and, the same energy again, by phase.
CREATE TABLE model_use (
  bucket       INTEGER NOT NULL REFERENCES bucket (id),
  model        INTEGER NOT NULL REFERENCES model (id),
  gpu_uj       INTEGER NOT NULL,
  cpu_uj       INTEGER NOT NULL,
  dram_uj      INTEGER NOT NULL,
  other_uj     INTEGER NOT NULL,
  overhead_uj  INTEGER NOT NULL,
  prefill_uj   INTEGER NOT NULL,
  decode_uj    INTEGER NOT NULL,
  idle_uj      INTEGER NOT NULL,
  embodied_ug  INTEGER NOT NULL,
  prompt       INTEGER NOT NULL,
  cached       INTEGER NOT NULL,
  generated    INTEGER NOT NULL,
  PRIMARY KEY (bucket, model)
) WITHOUT ROWID;

-- Raw values of hardware counters at the end of the newest bucket.
CREATE TABLE counter (
  component    TEXT NOT NULL,
  device       TEXT NOT NULL,
  sensor       TEXT NOT NULL,
  identity     TEXT NOT NULL,
  count        INTEGER NOT NULL,
  uj_per_count REAL NOT NULL,
  at_ms        INTEGER NOT NULL,
  PRIMARY KEY (component, device)
) WITHOUT ROWID;
