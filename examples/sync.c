/* sync REPOSITORY: pushes the current branch; what others pushed meanwhile is merged first, by row and cell. */
#include <stdio.h>

#include "varve/varve.h"

static int fail(const varve_error *err)
{
	fprintf(stderr, "sync: %s\n", err->message);
	return 2;
}

static int print_conflicts(varve_repo *repo)
{
	varve_conflicts *list;
	const varve_conflict *c;
	varve_error err;

	if (varve_conflicts_open(&list, repo, NULL, NULL, &err) < 0) return fail(&err);
	while (varve_conflicts_next(list, &c, &err) > 0) {
		printf("%s: %s row %s column %s\n", c->path, c->kind, c->row ? c->row : "-",
		       c->column ? c->column : "-");
	}
	varve_conflicts_free(list);
	return varve_merge_abort(repo, NULL, &err) < 0 ? fail(&err) : 1;
}

int main(int argc, char **argv)
{
	varve_repo_options how = VARVE_INIT(varve_repo_options);
	varve_merge_result merged = VARVE_INIT(varve_merge_result);
	varve_repo *repo;
	varve_error err;
	int rc, code = 0;

	how.flags = VARVE_OPEN_ENVIRON;
	if (argc != 2 || varve_repo_open(&repo, argv[1], &how, &err) < 0) {
		return argc == 2 ? fail(&err) : (fputs("usage: sync REPOSITORY\n", stderr), 2);
	}
	while ((rc = varve_push(NULL, repo, NULL, NULL, &err)) == VARVE_EREJECTED) {
		if (varve_fetch(NULL, repo, NULL, NULL, &err) < 0 ||
		    varve_merge(&merged, repo, NULL, NULL, &err) < 0) {
			break;
		}
		if (merged.outcome == VARVE_MERGE_CONFLICTS) {
			code = print_conflicts(repo);
			break;
		}
		if (merged.outcome == VARVE_MERGE_UP_TO_DATE) {
			break; /* a merge does not help */
		}
		printf("merged: %s\n", merged.commit);
	}
	if (rc < 0 && code == 0) {
		code = fail(&err);
	}
	varve_repo_free(repo);
	return code;
}
