package canary

// shortestNeedle is the least length of what is looked for, in bytes: shorter values come about by themselves.
const shortestNeedle = 10
