/* The create requests among Microsoft's own examples, sent to azsim. */
'use strict';
const fs = require('fs');
const path = require('path');
const { call, settle } = require('./cloud');
const { spec, cloud, client } = require('./session');
const { test } = require('./tap');
const COMPUTE = path.join(
	spec,
	'compute/resource-manager/Microsoft.Compute/ComputeRP/stable/2024-03-01/examples',
);
const LOCATION = 'westeurope',
	GROUP = 'myResourceGroup',
	G = `${cloud.root}/resourceGroups/${GROUP}`;
const NET = `${G}/providers/Microsoft.Network`,
	SUBNET = `${NET}/virtualNetworks/existing-virtual-network/subnets/existing-subnet`;
const CARD = `${NET}/networkInterfaces/existing-nic`;

/* The folder, the type, and where the body is among an example's parameters. */
const KINDS = [
	['proximityPlacementGroupExamples', 'proximityPlacementGroups', 'proximityPlacementGroupName'],
	['virtualMachineExamples', 'virtualMachines', 'vmName'],
	['virtualMachineScaleSetExamples', 'virtualMachineScaleSets', 'vmScaleSetName'],
];

/* The sizes of the examples are old ones; this one takes premium disks and an ephemeral OS disk as they do. */
const OLD_SIZE =
	/"(Standard_(A1|A1_v2|A8m_v2|D1_v2|DS1_v2|D2_v2|D4_v3|D2s_v3|DC2as_v5|DC2es_v5)|Basic_A[02])"/g;
const SIZE = 'Standard_F8s_v2';

/* Refused by azsim, and why. */
const REFUSED = {
	'VirtualMachine_Create_CustomImageVmFromAnUnmanagedGeneralizedOsImage.json':
		'InvalidParameter' /* unmanaged disks are retired */,
	'VirtualMachineScaleSet_Create_CustomImageFromAnUnmanagedGeneralizedOsImage.json':
		'InvalidParameter',
	'VirtualMachine_Create_WithNetworkInterfaceConfiguration.json':
		'InvalidParameter' /* a card in no subnet */,
	'VirtualMachine_Create_WithNetworkInterfaceConfigurationDnsSettings.json': 'InvalidParameter',
	'VirtualMachine_Create_InAVmssWithCustomerAssignedPlatformFaultDomain.json':
		'NotFound' /* no such set */,
	'VirtualMachineScaleSet_Create_WithPriorityMixPolicy.json':
		'InvalidParameter' /* Flexible without platformFaultDomainCount */,
	'VirtualMachine_Create_WithADiffOsDiskUsingDiffDiskPlacementAsNvmeDisk.json':
		'OperationNotAllowed' /* the size has no such disk */,
	'VirtualMachineScaleSet_CreateA_WithDiffOsDiskUsingDiffDiskPlacementAsNvmeDisk.json':
		'OperationNotAllowed',
	'VirtualMachine_Create_WithDiskEncryptionSetResource.json':
		'ResourceNotFound' /* the disk that it attaches is not there */,
};

/* What a client writes and never reads again, and what becomes another thing: cards of a configuration are cards. */
const NOT_READ =
	/customData|adminPassword|protectedSettings|secrets|UnattendContent|networkInterfaceConfigurations/;

/* Placeholders become names that are there. */
function filled(body) {
	const text = JSON.stringify(body)
		.replaceAll('{subscription-id}', cloud.subscription)
		.replaceAll('subid', cloud.subscription)
		.replace(/\{?existing-fpga-subnet(-name)?2?\}?/g, 'existing-subnet')
		.replace(/nsgExistingNic/g, 'existing-nic')
		.replace(/\{existing-([a-z-]+)-name(?:-?[0-9]*)\}/g, 'existing-$1')
		.replace(/\{[a-z-]+\}/gi, (m) => m.slice(1, -1))
		.replace(OLD_SIZE, `"${SIZE}"`);
	return { ...JSON.parse(text), location: LOCATION };
}

/* Every member of a document, as "a.b[].c". */
function members(value, at = '', out = new Set()) {
	if (Array.isArray(value)) value.forEach((v) => members(v, `${at}[]`, out));
	else if (value && typeof value === 'object')
		for (const [key, v] of Object.entries(value)) {
			out.add(`${at}.${key}`);
			members(v, `${at}.${key}`, out);
		}
	return out;
}

function examples([folder, type, nameKey]) {
	const dir = path.join(COMPUTE, folder);
	return fs
		.readdirSync(dir)
		.filter((f) => /_Create/.test(f) && !/Extension|RunCommand/.test(f))
		.sort()
		.map((file) => {
			const { parameters } = JSON.parse(fs.readFileSync(path.join(dir, file), 'utf8'));
			return {
				file,
				type,
				id: `${G}/providers/Microsoft.Compute/${type}/${parameters[nameKey].replace(/[{}]/g, '')}`,
				body: filled(parameters.parameters),
			};
		});
}

async function put(id, version, body) {
	const reply = await call(cloud, client, 'PUT', `${id}?api-version=${version}`, body);
	return {
		reply,
		ended: reply.status < 300 ? await settle(cloud, client, reply, 20) : reply.body.error.code,
	};
}

/* What speaks against one example: refused without a listed reason, or parts of it forgotten. */
async function tried(e) {
	if (e.type === 'virtualMachines')
		await put(CARD, '2024-01-01', {
			location: LOCATION,
			properties: {
				ipConfigurations: [{ name: 'ip', properties: { subnet: { id: SUBNET } } }],
			},
		});
	const { reply, ended } = await put(e.id, '2024-03-01', e.body);
	if (REFUSED[e.file])
		return ended === REFUSED[e.file]
			? []
			: [`${e.file}: ${REFUSED[e.file]} was wanted, not ${ended}`];
	if (!/^(Succeeded|\d+)$/.test(ended))
		return [
			`${e.file}: ${reply.status} ${ended} ${reply.body.error ? reply.body.error.message : ''}`,
		];
	const seen = await call(
		cloud,
		client,
		'GET',
		`${e.id}?$expand=userData&api-version=2024-03-01`,
	);
	const kept = members(seen.body);
	const lost = [...members(e.body)].filter((m) => !kept.has(m) && !NOT_READ.test(m));
	const gone = await settle(
		cloud,
		client,
		await call(cloud, client, 'DELETE', `${e.id}?api-version=2024-03-01`),
		20,
	);
	return [
		...lost.map((m) => `${e.file}: forgets ${m}`),
		...(/^(Succeeded|\d+)$/.test(gone) ? [] : [`${e.file}: delete ${gone}`]),
	];
}

async function run() {
	await put(G, '2024-03-01', { location: LOCATION });
	await put(`${NET}/virtualNetworks/existing-virtual-network`, '2024-01-01', {
		location: LOCATION,
		properties: {
			addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
			subnets: [{ name: 'existing-subnet', properties: { addressPrefix: '10.0.0.0/20' } }],
		},
	});
	await put(
		`${G}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/myIdentity`,
		'2023-01-31',
		{ location: LOCATION },
	);
	for (const kind of KINDS) {
		const list = examples(kind),
			against = [];
		for (const e of list) against.push(...(await tried(e)));
		test(`Microsoft's examples make ${kind[1]}: ${list.length}`, against);
	}
}

module.exports = { run };
