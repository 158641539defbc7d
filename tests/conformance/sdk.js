/* sdk.js SPEC STATE RECORD: Microsoft's SDK against the azsim of STATE, and then what it said against SPEC. */
'use strict';
const {
	openCloud,
	askToken,
	credential,
	recorder,
	computeClient,
	call,
	settle,
	control,
} = require('./cloud');
const { load } = require('./exchanges');
const { measure, tell } = require('./judge');
const { Validator } = require('./schema');
const { test, end } = require('./tap');

const REGION = 'westeurope',
	GROUP = 'sdk',
	SET = 'flex',
	VM = 'single';
const NETWORK = `/resourceGroups/${GROUP}/providers/Microsoft.Network/virtualNetworks/net`;
const CLAIM = [
	'ResourceGroups_CreateOrUpdate',
	'ResourceGroups_Delete',
	'ResourceSkus_List',
	'Usage_List',
	'VirtualNetworks_CreateOrUpdate',
	'VirtualNetworks_Get',
	'VirtualMachineScaleSets_CreateOrUpdate',
	'VirtualMachineScaleSets_Update',
	'VirtualMachineScaleSets_Get',
	'VirtualMachineScaleSets_List',
	'VirtualMachineScaleSets_DeleteInstances',
	'VirtualMachineScaleSets_Delete',
	'VirtualMachineScaleSetVMs_List',
	'VirtualMachines_CreateOrUpdate',
	'VirtualMachines_Get',
	'VirtualMachines_List',
	'VirtualMachines_InstanceView',
	'VirtualMachines_Deallocate',
	'VirtualMachines_Start',
	'VirtualMachines_Restart',
	'VirtualMachines_PowerOff',
	'VirtualMachines_Delete',
];

let cloud, client, tape;

/* Each step throws when something is not as it should be. */
async function step(name, run) {
	try {
		await run();
		test(name, []);
	} catch (e) {
		test(
			name,
			String(e.stack || e)
				.split('\n')
				.slice(0, 6),
		);
	}
}

function want(good, what) {
	if (!good) throw new Error(`not so: ${what}`);
}

/* The error that the SDK gives to its user. */
async function refused(promise, code, status) {
	let error;
	try {
		await promise;
	} catch (e) {
		error = e;
	}
	want(error, `refused with ${code}`);
	want(
		error.code === code || error.message.includes(code),
		`${code}, not ${error.code}: ${error.message}`,
	);
	want(!status || error.statusCode === status, `${status}, not ${error.statusCode}`);
	return error;
}

async function all(pages) {
	const out = [];
	for await (const one of pages) out.push(one);
	return out;
}

function profile(name) {
	return {
		osProfile: {
			...name,
			adminUsername: 'hpcadmin',
			customData: Buffer.from('#!/bin/sh\n').toString('base64'),
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
		},
		storageProfile: {
			imageReference: {
				publisher: 'almalinux',
				offer: 'almalinux-hpc',
				sku: '8_10-hpc-gen2',
				version: 'latest',
			},
			osDisk: {
				createOption: 'FromImage',
				caching: 'ReadWrite',
				deleteOption: 'Delete',
				managedDisk: { storageAccountType: 'Premium_LRS' },
			},
		},
		networkProfile: {
			networkApiVersion: '2020-11-01',
			networkInterfaceConfigurations: [
				{
					name: 'nic0',
					primary: true,
					deleteOption: 'Delete',
					ipConfigurations: [
						{
							name: 'ip0',
							primary: true,
							subnet: { id: `${cloud.root}${NETWORK}/subnets/compute` },
						},
					],
				},
			],
		},
	};
}

function setBody(size, capacity) {
	return {
		location: REGION,
		tags: { array: 'htc' },
		sku: { name: size, tier: 'Standard', capacity },
		orchestrationMode: 'Flexible',
		platformFaultDomainCount: 1,
		singlePlacementGroup: false,
		virtualMachineProfile: {
			...profile({ computerNamePrefix: 'htc-' }),
			priority: 'Spot',
			evictionPolicy: 'Delete',
			billingProfile: { maxPrice: -1 },
		},
	};
}

function vmBody(size) {
	return {
		location: REGION,
		hardwareProfile: { vmSize: size },
		...profile({ computerName: VM }),
	};
}

/* This SDK has no client for networks and groups. */
async function base() {
	const group = await call(
		cloud,
		client,
		'PUT',
		`${cloud.root}/resourcegroups/${GROUP}?api-version=2024-03-01`,
		{ location: REGION },
	);
	want(group.status === 201, `a group, not ${group.status}`);
	const net = await call(cloud, client, 'PUT', `${cloud.root}${NETWORK}?api-version=2024-01-01`, {
		location: REGION,
		properties: {
			addressSpace: { addressPrefixes: ['10.20.0.0/16'] },
			subnets: [{ name: 'compute', properties: { addressPrefix: '10.20.0.0/18' } }],
		},
	});
	want(net.status === 201, `a network, not ${net.status}`);
	want((await settle(cloud, client, net, 1000)) === 'Succeeded', 'a network that is made');
	const made = await call(cloud, client, 'GET', `${cloud.root}${NETWORK}?api-version=2024-01-01`);
	want(made.body.properties.provisioningState === 'Succeeded', 'a network that says so');
}

const sets = () => client.virtualMachineScaleSets;
const machines = () => client.virtualMachines;
const power = async (name) =>
	(await machines().instanceView(GROUP, name)).statuses
		.map((s) => s.code)
		.find((c) => c.startsWith('PowerState/'));

async function lifeOfSet() {
	const made = await sets().beginCreateOrUpdateAndWait(
		GROUP,
		SET,
		setBody('Standard_F2s_v2', 60),
	);
	want(
		made.provisioningState === 'Succeeded' && made.sku.capacity === 60,
		`60 made: ${made.provisioningState} ${made.sku.capacity}`,
	);
	want(made.virtualMachineProfile.osProfile.customData === undefined, 'customData stays secret');
	const grown = await sets().beginUpdateAndWait(GROUP, SET, {
		sku: { name: 'Standard_F2s_v2', tier: 'Standard', capacity: 75 },
	});
	want(grown.sku.capacity === 75, `75, not ${grown.sku.capacity}`);
	const list = await all(client.virtualMachineScaleSetVMs.list(GROUP, SET));
	want(new Set(list.map((m) => m.id)).size === 75, `75 members over pages, not ${list.length}`);
	want((await all(machines().list(GROUP))).length === 75, '75 machines over pages');
	want((await power(list[0].name)) === 'PowerState/running', 'a member runs');
	await sets().beginDeleteInstancesAndWait(GROUP, SET, {
		instanceIds: list.slice(0, 3).map((m) => m.name),
	});
	const left = await all(client.virtualMachineScaleSetVMs.list(GROUP, SET));
	want(
		left.length === 72 &&
			!left.some((m) => list.slice(0, 3).some((gone) => gone.name === m.name)),
		'the three named ones are gone',
	);
	want((await sets().get(GROUP, SET)).sku.capacity === 72, 'capacity follows');
	want((await all(sets().list(GROUP))).length === 1, 'one set');
}

async function lifeOfMachine() {
	const made = await machines().beginCreateOrUpdateAndWait(GROUP, VM, vmBody('Standard_D2s_v5'));
	want(made.provisioningState === 'Succeeded' && made.vmId, `made: ${made.provisioningState}`);
	want((await power(VM)) === 'PowerState/running', 'it runs');
	await machines().beginDeallocateAndWait(GROUP, VM);
	want((await power(VM)) === 'PowerState/deallocated', 'it is deallocated');
	await machines().beginStartAndWait(GROUP, VM);
	want((await power(VM)) === 'PowerState/running', 'it runs again');
	await machines().beginRestartAndWait(GROUP, VM);
	await machines().beginPowerOffAndWait(GROUP, VM);
	want((await power(VM)) === 'PowerState/stopped', 'it is off');
	await machines().beginDeleteAndWait(GROUP, VM);
	await refused(machines().get(GROUP, VM), 'ResourceNotFound', 404);
}

async function quota() {
	await control(cloud, 'quota', { region: REGION, name: 'lowPriorityCores', limit: 160 });
	const e = await refused(
		sets().beginUpdateAndWait(GROUP, SET, { sku: { name: 'Standard_F2s_v2', capacity: 200 } }),
		'OperationNotAllowed',
		409,
	);
	want(/quota/i.test(e.message) && e.message.includes('160'), `the limit is told: ${e.message}`);
	want((await sets().get(GROUP, SET)).sku.capacity === 72, 'nothing changed');
}

/* The scenario has room for two machines of this size. */
async function noRoom() {
	const body = setBody('Standard_L8s_v3', 4);
	delete body.virtualMachineProfile.priority;
	delete body.virtualMachineProfile.evictionPolicy;
	delete body.virtualMachineProfile.billingProfile;
	await refused(sets().beginCreateOrUpdateAndWait(GROUP, 'scarce', body), 'AllocationFailed');
	const set = await sets().get(GROUP, 'scarce');
	want(set.provisioningState === 'Failed', `the set is Failed, not ${set.provisioningState}`);
	const states = (await all(machines().list(GROUP)))
		.filter((m) => m.hardwareProfile.vmSize === 'Standard_L8s_v3')
		.map((m) => m.provisioningState);
	want(states.filter((s) => s === 'Succeeded').length === 2, `two came: ${states}`);
	await refused(
		machines().beginCreateOrUpdateAndWait(GROUP, 'late', vmBody('Standard_L8s_v3')),
		'AllocationFailed',
	);
	want(
		(await machines().get(GROUP, 'late')).provisioningState === 'Failed',
		'the machine is Failed',
	);
	await machines().beginDeleteAndWait(GROUP, 'late');
	await sets().beginDeleteAndWait(GROUP, 'scarce');
}

async function throttled() {
	let n = 0,
		t0,
		took;
	do {
		/* a set may be read 36 times at once, and 12 times a minute after that */
		t0 = Date.now();
		want((await sets().get(GROUP, SET)).name === SET, 'an answer in the end');
		took = Date.now() - t0;
	} while (!tape.waits.length && ++n < 300);
	want(tape.waits.length, 'throttled at last');
	want(took + 20 >= 1000 * tape.waits[0], `it waited ${took} ms of ${tape.waits[0]} s`);
}

/* Two at once: one is taken and the other refused, unless the one has ended when the other arrives. */
async function conflict() {
	for (let n = 74; n < 80; n++) {
		const resize = (capacity) =>
			sets().beginUpdateAndWait(GROUP, SET, { sku: { name: 'Standard_F2s_v2', capacity } });
		const both = await Promise.allSettled([resize(n), resize(n + 1)]);
		const no = both.filter((b) => b.status === 'rejected');
		if (!no.length) continue;
		want(no.length === 1, 'the other goes through');
		await refused(Promise.reject(no[0].reason), 'Conflict', 409);
		return;
	}
	throw new Error('never refused');
}

async function denied() {
	const wrong = await askToken(cloud, 'no such secret');
	want(
		wrong.status === 401 &&
			wrong.body.error === 'invalid_client' &&
			wrong.body.error_codes.includes(7000215),
		'a wrong secret gets no token',
	);
	const junk = {
		getToken: async () => ({
			token: 'aaaa.bbbb.cccc',
			expiresOnTimestamp: Date.now() + 3600000,
		}),
	};
	await refused(
		computeClient(cloud, junk).virtualMachines.get(GROUP, VM),
		'InvalidAuthenticationToken',
		401,
	);
	await refused(sets().get('nobody', SET), 'ResourceGroupNotFound', 404);
	await refused(
		sets().beginCreateOrUpdateAndWait(GROUP, 'odd', setBody('Standard_Nothing_v9', 1)),
		'InvalidParameter',
		400,
	);
}

async function facts() {
	const sizes = await all(client.resourceSkus.list({ filter: `location eq '${REGION}'` }));
	const size = sizes.find((s) => s.name === 'Standard_F2s_v2');
	want(
		size && size.capabilities.find((c) => c.name === 'vCPUs').value === '2',
		'a size with its cores',
	);
	const cores = (await all(client.usageOperations.list(REGION))).find(
		(u) => u.name.value === 'lowPriorityCores',
	);
	want(cores.limit === 160 && cores.currentValue > 0, 'usage of what runs');
}

async function teardown() {
	await sets().beginDeleteAndWait(GROUP, SET);
	await refused(sets().get(GROUP, SET), 'ResourceNotFound', 404);
	want((await all(machines().list(GROUP))).length === 0, 'no machine is left');
	const gone = await call(
		cloud,
		client,
		'DELETE',
		`${cloud.root}/resourcegroups/${GROUP}?api-version=2024-03-01`,
	);
	want(gone.status === 202, `202, not ${gone.status}`);
	want((await settle(cloud, client, gone, 1000)) === 'Succeeded', 'the group is deleted');
	await refused(sets().get(GROUP, SET), 'ResourceGroupNotFound', 404);
}

async function main(spec, state, record) {
	cloud = openCloud(state);
	tape = recorder(record);
	client = computeClient(cloud, credential(cloud), tape);
	await step('SDK: a group and a network', base);
	await step('SDK: a Flexible set comes, grows and shrinks by name', lifeOfSet);
	await step('SDK: a machine comes, stops, starts and goes', lifeOfMachine);
	await step('SDK: a quota refuses', quota);
	await step('SDK: no room: an operation fails, and what came is there', noRoom);
	await step('SDK: throttled, it waits as asked and goes on', throttled);
	await step('SDK: a change during a change is a conflict', conflict);
	await step('SDK: wrong secret, token, group and size are refused', denied);
	await step('SDK: sizes and usage', facts);
	await step('SDK: teardown leaves nothing', teardown);
	const validator = await Validator.open(spec),
		list = load(record);
	await measure(validator, list);
	tell(list, CLAIM, false);
	end();
}

main(...process.argv.slice(2)).catch((e) => {
	console.error(e);
	process.exit(2);
});
