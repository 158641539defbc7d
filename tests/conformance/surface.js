/* A walk over all calls of azsim, in an order in which each can be answered. */
'use strict';
const { call, settle } = require('./cloud');
const { cloud, client } = require('./session');
const { test } = require('./tap');

const LOCATION = 'westeurope';
const S = cloud.root,
	G = `${S}/resourceGroups/surface`;
const COMPUTE = '/providers/Microsoft.Compute',
	NETWORK = '/providers/Microsoft.Network',
	MSI = '/providers/Microsoft.ManagedIdentity';
const GROUPS = '2024-03-01',
	SUBSCRIPTIONS = '2022-12-01',
	VMS = '2024-03-01',
	SKUS = '2021-07-01',
	DISKS = '2023-10-02',
	NET = '2024-01-01',
	IDENTITIES = '2023-01-31',
	ROLES = '2022-04-01',
	GRAPH = '2022-10-01',
	SET_NICS = '2018-10-01';
const vnet = `${G}${NETWORK}/virtualNetworks/net`,
	subnet = `${vnet}/subnets/compute`,
	nsg = `${G}${NETWORK}/networkSecurityGroups/nsg`;
const pip = `${G}${NETWORK}/publicIPAddresses/pip`,
	nat = `${G}${NETWORK}/natGateways/nat`,
	nic = `${G}${NETWORK}/networkInterfaces/nic`;
const ppg = `${G}${COMPUTE}/proximityPlacementGroups/ppg`,
	disk = `${G}${COMPUTE}/disks/disk`;
const identity = `${G}${MSI}/userAssignedIdentities/nodes`;
const vm = `${G}${COMPUTE}/virtualMachines/vm`,
	spot = `${G}${COMPUTE}/virtualMachines/spot`;
const uniform = `${G}${COMPUTE}/virtualMachineScaleSets/uniform`,
	flexible = `${G}${COMPUTE}/virtualMachineScaleSets/flexible`;
const member = `${uniform}/virtualMachines/0`;
const tags = { tags: { owner: 'surface' } };

const os = (name) => ({
	...name,
	adminUsername: 'hpcadmin',
	customData: 'IyEvYmluL3NoCg==',
	linuxConfiguration: {
		disablePasswordAuthentication: true,
		ssh: {
			publicKeys: [
				{
					path: '/home/hpcadmin/.ssh/authorized_keys',
					keyData: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ ops',
				},
			],
		},
	},
});
const image = {
	publisher: 'almalinux',
	offer: 'almalinux-hpc',
	sku: '8_10-hpc-gen2',
	version: 'latest',
};
const cards = (more) => [
	{
		name: 'nic0',
		properties: {
			primary: true,
			...more,
			ipConfigurations: [
				{ name: 'ip0', properties: { primary: true, subnet: { id: subnet } } },
			],
		},
	},
];

function machine(size, more) {
	return {
		location: LOCATION,
		properties: {
			hardwareProfile: { vmSize: size },
			osProfile: os({ computerName: 'vm' }),
			storageProfile: {
				imageReference: image,
				osDisk: { createOption: 'FromImage', deleteOption: 'Delete' },
			},
			networkProfile: {
				networkApiVersion: '2020-11-01',
				networkInterfaceConfigurations: cards({ deleteOption: 'Delete' }),
			},
			...more,
		},
	};
}

function scaleSet(size, mode, more, capacity) {
	return {
		location: LOCATION,
		sku: { name: size, tier: 'Standard', capacity },
		properties: {
			orchestrationMode: mode,
			platformFaultDomainCount: 1,
			...more,
			virtualMachineProfile: {
				osProfile: os({ computerNamePrefix: 'n-' }),
				storageProfile: { imageReference: image, osDisk: { createOption: 'FromImage' } },
				networkProfile: {
					...(mode === 'Flexible' && { networkApiVersion: '2020-11-01' }),
					networkInterfaceConfigurations: cards(),
				},
				...(mode === 'Uniform' && {
					priority: 'Spot',
					evictionPolicy: 'Delete',
					billingProfile: { maxPrice: -1 },
				}),
			},
		},
	};
}

/* Method, where, version, body: in this order, each after the end of the one before. */
const WALK = [
	['GET', '/tenants', SUBSCRIPTIONS],
	['GET', '/subscriptions', SUBSCRIPTIONS],
	['GET', S, SUBSCRIPTIONS],
	['GET', `${S}/locations`, SUBSCRIPTIONS],
	['GET', `${S}/providers`, GROUPS],
	['GET', `${S}${COMPUTE}`, GROUPS],
	['POST', `${S}${COMPUTE}/register`, GROUPS],
	['PUT', G, GROUPS, { location: LOCATION }],
	['HEAD', G, GROUPS],
	['PATCH', G, GROUPS, tags],
	['GET', G, GROUPS],
	['GET', `${S}/resourcegroups`, GROUPS],

	['PUT', nsg, NET, { location: LOCATION, properties: { securityRules: [] } }],
	[
		'PUT',
		vnet,
		NET,
		{
			location: LOCATION,
			properties: { addressSpace: { addressPrefixes: ['10.30.0.0/16'] }, subnets: [] },
		},
	],
	[
		'PUT',
		subnet,
		NET,
		{ properties: { addressPrefix: '10.30.0.0/20', networkSecurityGroup: { id: nsg } } },
	],
	['PUT', `${vnet}/subnets/spare`, NET, { properties: { addressPrefix: '10.30.16.0/24' } }],
	['GET', subnet, NET],
	['GET', `${vnet}/subnets`, NET],
	['DELETE', `${vnet}/subnets/spare`, NET],
	['GET', `${vnet}/usages`, NET],
	[
		'PUT',
		pip,
		NET,
		{
			location: LOCATION,
			sku: { name: 'Standard' },
			properties: { publicIPAllocationMethod: 'Static' },
		},
	],
	[
		'PUT',
		nat,
		NET,
		{
			location: LOCATION,
			sku: { name: 'Standard' },
			properties: { publicIpAddresses: [{ id: pip }] },
		},
	],
	[
		'PUT',
		nic,
		NET,
		{
			location: LOCATION,
			properties: {
				ipConfigurations: [{ name: 'ip', properties: { subnet: { id: subnet } } }],
			},
		},
	],
	[
		'PUT',
		ppg,
		VMS,
		{ location: LOCATION, properties: { proximityPlacementGroupType: 'Standard' } },
	],
	[
		'PUT',
		disk,
		DISKS,
		{
			location: LOCATION,
			sku: { name: 'Premium_LRS' },
			properties: { creationData: { createOption: 'Empty' }, diskSizeGB: 64 },
		},
	],
	['PUT', identity, IDENTITIES, { location: LOCATION }],
	...[nsg, vnet, pip, nat, nic].flatMap((id) => [
		['PATCH', id, NET, tags],
		['GET', id, NET],
		['GET', id.replace(/\/[^/]+$/, ''), NET],
		['GET', id.replace(/\/[^/]+$/, '').replace('/resourceGroups/surface', ''), NET],
	]),
	...[
		[ppg, VMS],
		[disk, DISKS],
		[identity, IDENTITIES],
	].flatMap(([id, version]) => [
		['PATCH', id, version, tags],
		['GET', id, version],
		['GET', id.replace(/\/[^/]+$/, ''), version],
		['GET', id.replace(/\/[^/]+$/, '').replace('/resourceGroups/surface', ''), version],
	]),

	[
		'PUT',
		vm,
		VMS,
		{
			...machine('Standard_D2s_v5', {
				networkProfile: {
					networkInterfaces: [
						{ id: nic, properties: { primary: true, deleteOption: 'Detach' } },
					],
				},
				userData: 'IyEvYmluL3NoCg==',
				proximityPlacementGroup: { id: ppg },
			}),
			identity: { type: 'UserAssigned', userAssignedIdentities: { [identity]: {} } },
		},
	],
	['PATCH', vm, VMS, tags],
	['GET', vm, VMS],
	['GET', `${vm}?$expand=instanceView`, VMS],
	['GET', `${vm}?$expand=userData`, VMS],
	['GET', `${vm}/instanceView`, VMS],
	['GET', `${G}${COMPUTE}/virtualMachines`, VMS],
	['GET', `${S}${COMPUTE}/virtualMachines`, VMS],
	['GET', `${S}${COMPUTE}/virtualMachines?statusOnly=true`, VMS],
	['POST', `${vm}/retrieveBootDiagnosticsData`, VMS],
	['POST', `${vm}/restart`, VMS],
	['POST', `${vm}/powerOff`, VMS],
	['POST', `${vm}/start`, VMS],
	['POST', `${vm}/deallocate`, VMS],
	[
		'PUT',
		spot,
		VMS,
		machine('Standard_F2s_v2', {
			priority: 'Spot',
			evictionPolicy: 'Deallocate',
			billingProfile: { maxPrice: -1 },
		}),
	],
	['POST', `${spot}/simulateEviction`, VMS],

	[
		'PUT',
		uniform,
		VMS,
		scaleSet(
			'Standard_F2s_v2',
			'Uniform',
			{ overprovision: false, singlePlacementGroup: true, upgradePolicy: { mode: 'Manual' } },
			3,
		),
	],
	[
		'PUT',
		flexible,
		VMS,
		scaleSet('Standard_F2s_v2', 'Flexible', { singlePlacementGroup: false }, 2),
	],
	['PATCH', uniform, VMS, tags],
	['GET', uniform, VMS],
	['GET', `${uniform}/instanceView`, VMS],
	['GET', `${uniform}/virtualMachines`, VMS],
	['GET', `${uniform}/virtualMachines?$expand=instanceView`, VMS],
	['GET', `${uniform}/networkInterfaces`, SET_NICS],
	['GET', `${G}${COMPUTE}/virtualMachineScaleSets`, VMS],
	['GET', `${S}${COMPUTE}/virtualMachineScaleSets`, VMS],
	['GET', member, VMS],
	['GET', `${member}/instanceView`, VMS],
	['POST', `${member}/retrieveBootDiagnosticsData`, VMS],
	['POST', `${member}/restart`, VMS],
	['POST', `${member}/poweroff`, VMS],
	['POST', `${member}/start`, VMS],
	['POST', `${member}/deallocate`, VMS],
	['POST', `${uniform}/start`, VMS, { instanceIds: ['0'] }],
	['POST', `${uniform}/restart`, VMS, { instanceIds: ['0', '1'] }],
	['POST', `${uniform}/reimage`, VMS, { instanceIds: ['1'] }],
	['POST', `${uniform}/poweroff`, VMS, { instanceIds: ['1'] }],
	['POST', `${uniform}/deallocate`, VMS, { instanceIds: ['1'] }],
	['POST', `${uniform}/virtualMachines/2/simulateEviction`, VMS],
	['DELETE', member, VMS],
	['POST', `${uniform}/delete`, VMS, { instanceIds: ['1'] }],
	['GET', `${flexible}/virtualMachines`, VMS],
	['GET', `${flexible}?$expand=userData`, VMS],

	['GET', `${S}${COMPUTE}/skus?$filter=location eq '${LOCATION}'`, SKUS],
	['GET', `${S}${COMPUTE}/locations/${LOCATION}/usages`, VMS],
	['GET', `${S}${COMPUTE}/locations/${LOCATION}/vmSizes`, VMS],
	['GET', `${S}${NETWORK}/locations/${LOCATION}/usages`, NET],
	['GET', `${G}/resources`, GROUPS],
	['GET', `${S}/resources?$filter=tagName eq 'owner' and tagValue eq 'surface'`, GROUPS],
	['GET', `${G}/providers/Microsoft.Authorization/permissions`, ROLES],
	[
		'POST',
		'/providers/Microsoft.ResourceGraph/resources',
		GRAPH,
		{
			subscriptions: [cloud.subscription],
			query: "Resources | where type =~ 'microsoft.compute/virtualmachines' | project id, name",
		},
	],

	['DELETE', uniform, VMS],
	['DELETE', `${flexible}?forceDeletion=true`, VMS],
	['DELETE', spot, VMS],
	['DELETE', `${vm}?forceDeletion=true`, VMS],
	['DELETE', nic, NET],
	['DELETE', nat, NET],
	['DELETE', pip, NET],
	['DELETE', vnet, NET],
	['DELETE', nsg, NET],
	['DELETE', ppg, VMS],
	['DELETE', disk, DISKS],
	['DELETE', identity, IDENTITIES],
	['GET', vm, VMS, undefined, 404],
	['GET', nic, NET, undefined, 404],
	['GET', disk, DISKS, undefined, 404],
	['GET', identity, IDENTITIES, undefined, 404],
	['DELETE', G, GROUPS],
	['HEAD', G, GROUPS, undefined, 404],
];

/* What came of one call; undefined when it is as it should be. */
async function walk([method, where, version, body, status]) {
	const reply = await call(
		cloud,
		client,
		method,
		encodeURI(`${where}${where.includes('?') ? '&' : '?'}api-version=${version}`),
		body,
	);
	if (status ? reply.status !== status : reply.status >= 400)
		return `${method} ${where}: ${reply.status} ${JSON.stringify(reply.body && reply.body.error)}`;
	const ended = await settle(cloud, client, reply, 20);
	return /^(Succeeded|\d+)$/.test(ended) ? undefined : `${method} ${where}: ${ended}`;
}

async function run() {
	const against = [];
	for (const one of WALK) against.push(await walk(one));
	test(`all ${WALK.length} calls do what they say`, against.filter(Boolean));
}

module.exports = { run };
