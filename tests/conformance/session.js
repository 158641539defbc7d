/* What a script with the arguments SPEC STATE RECORD works on. */
'use strict';
const { openCloud, credential, recorder, computeClient } = require('./cloud');

const [spec, state, record] = process.argv.slice(2);
const cloud = openCloud(state);
const client = computeClient(cloud, credential(cloud), recorder(record));

module.exports = { spec, record, cloud, client };
