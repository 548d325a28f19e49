// duckdb_peer.cjs MODULES CSV RUNS QUERY: reads the CSV into a table `t`, runs the query so many times, and prints the
// seconds that each took. Status 0 or 1.
const { DuckDBInstance } = require(process.argv[2] + "/@duckdb/node-api");

async function main(csv, runs, query) {
    const db = await (await DuckDBInstance.create(":memory:", { threads: "2" })).connect();
    await db.run(`CREATE TABLE t AS SELECT * FROM read_csv('${csv}', header = true)`);
    for (let i = 0; i < runs; i++) {
        const start = process.hrtime.bigint();
        await (await db.run(query)).fetchAllChunks();
        console.log(Number(process.hrtime.bigint() - start) / 1e9);
    }
}

main(process.argv[3], Number(process.argv[4]), process.argv[5]).catch(error => {
    console.error(String(error));
    process.exit(1);
});
