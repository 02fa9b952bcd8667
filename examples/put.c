/* put: commits the standard input as the content of a path. With a BRANCH, index and work tree are left alone.
 *
 *	put REPOSITORY PATH MESSAGE [BRANCH] < FILE
 */
#include <stdio.h>

#include "varve/varve.h"

static int64_t read_input(void *payload, void *bytes, size_t len, varve_error *err)
{
	size_t n = fread(bytes, 1, len, payload);

	return ferror((FILE *)payload) ? varve_error_set(err, VARVE_EIO, "cannot read the input")
				       : (int64_t)n;
}

int main(int argc, char **argv)
{
	varve_repo_options how = VARVE_INIT(varve_repo_options);
	varve_txn_options where = VARVE_INIT(varve_txn_options);
	varve_repo *repo = NULL;
	varve_txn *txn = NULL;
	const varve_txn_result *result;
	char id[VARVE_ID_SIZE];
	varve_error err;
	int rc;

	if (argc < 4) {
		fprintf(stderr, "usage: put REPOSITORY PATH MESSAGE [BRANCH] < FILE\n");
		return 2;
	}
	how.flags = VARVE_OPEN_ENVIRON;
	where.branch = argc > 4 ? argv[4] : NULL;
	if ((rc = varve_repo_open(&repo, argv[1], &how, &err)) < 0 ||
	    (rc = varve_txn_open(&txn, repo, &where, &err)) < 0 ||
	    (rc = varve_txn_put(txn, argv[2], read_input, stdin, NULL, &err)) < 0 ||
	    (rc = varve_txn_commit(id, txn, argv[3], NULL, &err)) < 0) {
		fprintf(stderr, "put: %s\n", err.message);
		goto done;
	}
	while (varve_txn_next(txn, &result, &err) > 0) {
		printf("%c %s rows: %llu\n", result->state, result->path,
		       (unsigned long long)result->rows);
	}
	printf("%s\n", id);
done:
	varve_txn_free(txn);
	varve_repo_free(repo);
	if (rc == 0) return 0;
	if (rc == VARVE_ENOCHANGE || rc == VARVE_ECONFLICT) return 1;
	return 2;
}
