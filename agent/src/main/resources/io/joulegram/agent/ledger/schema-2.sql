-- Share of the electricity at the location from renewable sources and nuclear power; NULL where unknown.
ALTER TABLE bucket ADD COLUMN location_free REAL;
