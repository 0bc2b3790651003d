//! A simulated CPA gateway: RESP and HTTP on one port, traffic generator, faults on demand.
