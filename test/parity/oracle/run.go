package main

// run answers modes sequence and follow.
func (c *cluster) run(r *request) answer { return answer{Invalid: "not yet"} }
