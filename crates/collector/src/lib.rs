//! Usage records of a CPA gateway into a bounded queue: subscribe, HTTP poll, RESP pop.
