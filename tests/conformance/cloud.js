/* A running azsim as its state folder tells it: endpoints, tokens, control calls; and clients that record. */
'use strict';
const fs = require('fs');
const http = require('http');
const path = require('path');
const { ComputeManagementClient } = require('@azure/arm-compute');
const { createPipelineRequest, createHttpHeaders } = require('@azure/core-rest-pipeline');

function openCloud(state) {
	const text = fs.readFileSync(path.join(state, 'cloud.yaml'), 'utf8');
	const value = (key) => JSON.parse(new RegExp(`^${key}: (".*")$`, 'm').exec(text)[1]);
	return {
		arm: value('arm'),
		tokenUrl: `${value('authority')}/${value('tenant')}/oauth2/v2.0/token`,
		subscription: value('subscription'),
		root: `/subscriptions/${value('subscription')}`,
		client: value('client_id'),
		secret: fs.readFileSync(value('client_secret_file'), 'utf8').trim(),
		control: path.join(state, 'control.sock'),
	};
}

async function askToken(cloud, secret) {
	const reply = await fetch(cloud.tokenUrl, {
		method: 'POST',
		body: new URLSearchParams({
			grant_type: 'client_credentials',
			client_id: cloud.client,
			client_secret: secret,
			scope: `${cloud.arm}/.default`,
		}),
	});
	return { status: reply.status, body: await reply.json() };
}

/* What the SDK calls a TokenCredential. */
function credential(cloud) {
	return {
		async getToken() {
			const { body } = await askToken(cloud, cloud.secret);
			if (!body.access_token) throw new Error(`no token: ${body.error_description}`);
			return {
				token: body.access_token,
				expiresOnTimestamp: Date.now() + body.expires_in * 1000,
			};
		},
	};
}

function parsed(text) {
	try {
		return text ? JSON.parse(text) : undefined;
	} catch {
		return text;
	}
}

/* Behind all other policies: each try is an exchange of its own. */
function recorder(dir) {
	let n = 0;
	return {
		name: 'recorder',
		waits: [] /* Retry-After of each 429 */,
		async sendRequest(request, next) {
			const response = await next(request);
			const ask = request.headers.toJSON({ preserveCase: true });
			if (request.headers.has('authorization')) ask.Authorization = 'REDACTED';
			if (response.status === 429)
				this.waits.push(Number(response.headers.get('retry-after')));
			fs.writeFileSync(
				path.join(dir, `${String(++n).padStart(6, '0')}.json`),
				JSON.stringify(
					{
						liveRequest: {
							method: request.method,
							url: request.url,
							headers: ask,
							body: parsed(request.body),
						},
						liveResponse: {
							statusCode: String(response.status),
							headers: response.headers.toJSON(),
							body: parsed(response.bodyAsText),
						},
						t: Date.now(),
					},
					null,
					1,
				),
			);
			return response;
		},
	};
}

function computeClient(cloud, from, tape) {
	const client = new ComputeManagementClient(from, cloud.subscription, {
		endpoint: cloud.arm,
		credentialScopes: [`${cloud.arm}/.default`],
	});
	if (tape) client.pipeline.addPolicy(tape, { afterPhase: 'Sign' });
	return client;
}

/*
 * A call that this SDK has no method for, on the same pipeline.
 * where: from /subscriptions on, or a whole URL of ARM.
 */
async function call(cloud, client, method, where, body) {
	const reply = await client.sendRequest(
		createPipelineRequest({
			method,
			url: where.startsWith('/') ? cloud.arm + where : where,
			headers: createHttpHeaders({
				'Content-Type': 'application/json',
				Accept: 'application/json',
			}),
			body: body && JSON.stringify(body),
		}),
	);
	return { status: reply.status, headers: reply.headers, body: parsed(reply.bodyAsText) };
}

/* Waits for the operation that an answer speaks of; says how it ended, or what the answer itself was. */
async function settle(cloud, client, reply, ms) {
	const link = reply.headers.get('azure-asyncoperation') || reply.headers.get('location');
	for (let i = 0; link && i < 600; i++) {
		await new Promise((done) => setTimeout(done, ms));
		const { status, body } = await call(cloud, client, 'GET', link);
		if (status !== 202 && !(body && body.status === 'InProgress'))
			return body && body.status ? body.status : 'Succeeded';
	}
	return link ? 'without end' : String(reply.status);
}

function control(cloud, what, body) {
	return new Promise((done, failed) => {
		const request = http.request(
			{
				socketPath: cloud.control,
				path: `/azsim/${what}`,
				method: 'POST',
				headers: { 'Content-Type': 'application/json' },
			},
			(reply) => {
				reply.resume();
				reply.on('end', () =>
					reply.statusCode === 200
						? done()
						: failed(new Error(`control ${what}: ${reply.statusCode}`)),
				);
			},
		);
		request.on('error', failed);
		request.end(JSON.stringify(body));
	});
}

module.exports = {
	openCloud,
	askToken,
	credential,
	recorder,
	computeClient,
	call,
	settle,
	control,
};
