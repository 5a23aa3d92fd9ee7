-- Workloads of the host: containers, jobs, units; of kind none what is nobody's. Names of pods are empty where unknown.
CREATE TABLE workload (
  id             INTEGER PRIMARY KEY,
  kind           TEXT NOT NULL,
  name           TEXT NOT NULL,
  pod_namespace  TEXT NOT NULL,
  pod_name       TEXT NOT NULL,
  container_name TEXT NOT NULL,
  UNIQUE (kind, name)
);

-- The part that is known to belong to workloads, or to be nobody's; what a bucket does not tell is left of the whole.
CREATE TABLE workload_use (
  bucket       INTEGER NOT NULL REFERENCES bucket (id),
  workload     INTEGER NOT NULL REFERENCES workload (id),
  gpu_uj       INTEGER NOT NULL,
  cpu_uj       INTEGER NOT NULL,
  dram_uj      INTEGER NOT NULL,
  other_uj     INTEGER NOT NULL,
  overhead_uj  INTEGER NOT NULL,
  embodied_ug  INTEGER NOT NULL,
  PRIMARY KEY (bucket, workload)
) WITHOUT ROWID;
