// Prints @faker-js/faker's person, location and company definitions as one JSON object.
import {allLocales} from '@faker-js/faker';
const out = {};
for (const [l, d] of Object.entries(allLocales)) {
  out[l] = {person: d.person, location: d.location, company: d.company, product: d.commerce};
}
console.log(JSON.stringify(out));
