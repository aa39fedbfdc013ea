"""What the matrix of states, actions and people is played with: bookings in every state, everybody
who may come to them, and every door that changes one."""
