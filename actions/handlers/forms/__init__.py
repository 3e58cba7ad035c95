"""Forms as data: a flow file says what is asked, checked, told and done; one engine interprets them all."""
