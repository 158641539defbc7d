/* traffic.js SPEC RECORD: the provider's recorded traffic, and then the same with errors planted in it. */
'use strict';
const { load } = require('./exchanges');
const { measure, tell } = require('./judge');
const { plant } = require('./planted');
const { Validator } = require('./schema');
const { end } = require('./tap');

/* Everything that src/provider/azure calls, by Azure's own names. */
const CLAIM = [
	'Disks_CreateOrUpdate',
	'Disks_Delete',
	'Disks_Get',
	'NetworkInterfaces_Delete',
	'NetworkInterfaces_Get',
	'NetworkSecurityGroups_CreateOrUpdate',
	'NetworkSecurityGroups_Delete',
	'NetworkSecurityGroups_Get',
	'PublicIPAddresses_Delete',
	'ResourceGroups_CreateOrUpdate',
	'ResourceGroups_Delete',
	'ResourceGroups_Get',
	'ResourceGroups_List',
	'ResourceSkus_List',
	'Resources_List',
	'Resources_ListByResourceGroup',
	'Snapshots_CreateOrUpdate',
	'Snapshots_Delete',
	'Snapshots_Get',
	'Usage_List',
	'UserAssignedIdentities_Delete',
	'VirtualMachineScaleSetVMs_List',
	'VirtualMachineScaleSets_CreateOrUpdate',
	'VirtualMachineScaleSets_Deallocate',
	'VirtualMachineScaleSets_Delete',
	'VirtualMachineScaleSets_DeleteInstances',
	'VirtualMachineScaleSets_Get',
	'VirtualMachineScaleSets_List',
	'VirtualMachineScaleSets_Start',
	'VirtualMachines_CreateOrUpdate',
	'VirtualMachines_Deallocate',
	'VirtualMachines_Delete',
	'VirtualMachines_Get',
	'VirtualMachines_List',
	'VirtualMachines_Start',
	'VirtualNetworks_CreateOrUpdate',
	'VirtualNetworks_Delete',
	'VirtualNetworks_Get',
];

async function main(spec, record) {
	const validator = await Validator.open(spec);
	const all = load(record);
	await measure(validator, all);
	tell(all, CLAIM, true);
	await plant(validator, all);
	end();
}

main(process.argv[2], process.argv[3]).catch((e) => {
	console.error(e);
	process.exit(2);
});
