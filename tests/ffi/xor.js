// SPDX-License-Identifier: MIT
//
// Trains XOR through the shared library by koffi.
//
//     node xor.js LIBRARY EXPECTED    EXPECTED: the bits of the final cost, 16 hex digits
//
// The same network as in tests/install/xor.c, so the same bits. The exit status is 77 if
// koffi is not installed.
'use strict';

const path = require('path');

const TANH = 2, SIGMOID = 1;
const BINARY_CROSS_ENTROPY = 8;
const SGD = 1, RATE = 1, MOMENTUM = 2;
const BATCH = 1;

function findKoffi() {
    const own = path.join(__dirname, '../../build/node/node_modules/koffi');
    for (const name of ['koffi', own]) {
        try {
            return require(name);
        } catch (error) {
            if (error.code !== 'MODULE_NOT_FOUND') throw error;
        }
    }
    console.log('skipped: koffi is not installed; sh scripts/test.sh installs it');
    process.exit(77);
}

const koffi = findKoffi();
const [file, expected] = process.argv.slice(2);
const library = koffi.load(file);
const statusText = library.func('const char *bp_status_text(int32_t status)');

// A function of the library that throws where it answers anything but BP_OK.
function declare(prototype) {
    const call = library.func(`int32_t ${prototype}`);
    return (...values) => {
        const status = call(...values);
        if (status !== 0) throw new Error(`${prototype}: ${statusText(status)}`);
    };
}

// The same for one that makes an object, which goes to its last argument.
function declareCreate(prototype) {
    const call = declare(prototype);
    return (...values) => {
        const made = [null];
        call(...values, made);
        return made[0];
    };
}

const networkCreate = declareCreate(
    'bp_network_create(size_t inputs, void *env, _Out_ void **network)');
const networkAddDense = declare(
    'bp_network_add_dense(void *network, size_t outputs, int32_t activation)');
const networkBuild = declare('bp_network_build(void *network, uint64_t seed)');
const costCreate = declareCreate(
    'bp_cost_create(int32_t kind, void *env, _Out_ void **cost)');
const optimizerCreate = declareCreate(
    'bp_optimizer_create(int32_t kind, void *env, _Out_ void **optimizer)');
const optimizerSet = declare(
    'bp_optimizer_set(void *optimizer, int32_t key, double value)');
const trainerCreate = declareCreate('bp_trainer_create(void *network, void *cost, ' +
    'void *optimizer, _Out_ void **trainer)');
const trainerSet = declare('bp_trainer_set(void *trainer, int32_t key, double value)');
const trainerBuild = declare('bp_trainer_build(void *trainer, uint64_t seed)');
const trainerStep = declare('bp_trainer_step(void *trainer, ' +
    'const float *inputs, size_t inputs_count, ' +
    'const float *targets, size_t targets_count, _Out_ double *cost)');
const destroy = (noun) => library.func(`void bp_${noun}_destroy(void *object)`);

function train() {
    const network = networkCreate(2, null);
    networkAddDense(network, 4, TANH);
    networkAddDense(network, 1, SIGMOID);
    networkBuild(network, 1);

    const cost = costCreate(BINARY_CROSS_ENTROPY, null);
    const optimizer = optimizerCreate(SGD, null);
    optimizerSet(optimizer, RATE, 0.5);
    optimizerSet(optimizer, MOMENTUM, 0.9);
    const trainer = trainerCreate(network, cost, optimizer);
    trainerSet(trainer, BATCH, 4);
    trainerBuild(trainer, 1);

    const inputs = Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1);
    const targets = Float32Array.of(0, 1, 1, 0);
    const final = [0];
    for (let step = 0; step < 500; step++)
        trainerStep(trainer, inputs, 8, targets, 4, final);

    destroy('trainer')(trainer);
    destroy('optimizer')(optimizer);
    destroy('cost')(cost);
    destroy('network')(network);
    return final[0];
}

const view = new DataView(new ArrayBuffer(8));
view.setFloat64(0, train());
const bits = view.getBigUint64(0).toString(16).padStart(16, '0');
console.log(`final cost ${bits}, expected ${expected}`);
process.exitCode = bits === expected ? 0 : 1;
