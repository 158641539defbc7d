// What a program sent, replayed through the terminal of web browsers (xterm.js), against the text that tmux shows.
//   node same.js FOLDER...
// In each folder: "sizes", lines "OFFSET COLSxROWS", the size of the terminal from that byte on; "log", the bytes;
// "capture", the text of tmux. A line of TAP each.
'use strict';
const fs = require('fs');
const path = require('path');
const { Terminal } = require('@xterm/headless');

function sizesOf(folder) {
	return fs.readFileSync(path.join(folder, 'sizes'), 'utf8').trim().split('\n').map((line) => {
		const [offset, size] = line.split(' ');
		const [cols, rows] = size.split('x').map(Number);
		return { offset: Number(offset), cols, rows };
	});
}

function write(terminal, bytes) {
	return new Promise((done) => terminal.write(bytes, done));
}

async function replay(folder) {
	const sizes = sizesOf(folder);
	const log = fs.readFileSync(path.join(folder, 'log'));
	const terminal = new Terminal({ cols: sizes[0].cols, rows: sizes[0].rows, allowProposedApi: true, scrollback: 0 });

	for (let i = 0; i < sizes.length; i++) {
		terminal.resize(sizes[i].cols, sizes[i].rows);
		await write(terminal, log.subarray(sizes[i].offset, i + 1 < sizes.length ? sizes[i + 1].offset : log.length));
	}
	return terminal;
}

function linesOf(terminal) {
	const lines = [];

	for (let i = 0; i < terminal.rows; i++)
		lines.push(terminal.buffer.active.getLine(terminal.buffer.active.viewportY + i).translateToString(true).trimEnd());
	return lines;
}

async function main(folders) {
	let failed = 0;

	for (const [i, folder] of folders.entries()) {
		const terminal = await replay(folder);
		const want = fs.readFileSync(path.join(folder, 'capture'), 'utf8').split('\n').map((line) => line.trimEnd());
		const differ = linesOf(terminal).map((line, at) => ({ at, line, want: want[at] ?? '' })).filter((l) => l.line !== l.want);

		terminal.dispose();
		console.log(`${differ.length ? 'not ok' : 'ok'} ${i + 1} - ${path.basename(folder)} looks the same in tmux and in xterm.js`);
		for (const l of differ.slice(0, 5))
			console.log(`# line ${l.at + 1}\n#   xterm.js ${l.line}\n#   tmux     ${l.want}`);
		failed += differ.length ? 1 : 0;
	}
	console.log(`1..${folders.length}`);
	process.exitCode = failed ? 1 : 0;
}

main(process.argv.slice(2));
