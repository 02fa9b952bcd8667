/* rows: prints some columns of the rows of a version that pass a filter.
 *
 *	rows REPOSITORY REV:PATH "price > 100" COLUMN...
 */
#include <stdio.h>
#include <string.h>

#include "varve/varve.h"

/* What happened, its code for programs, and what may help: a sentence, or a code that this program words itself. */
static int fail(const varve_error *err)
{
	const char *args[3], *hint = varve_error_hint(err, args);

	fprintf(stderr, "rows: %s (%s)\n", err->message, varve_code_name(err->code));
	if (hint && strcmp(hint, "versions") == 0) {
		fprintf(stderr, "hint: 'git log' and 'git tag' list revisions\n");
	} else if (hint) {
		fprintf(stderr, "hint: %s %s %s %s\n", hint, args[0], args[1], args[2]);
	} else if (err->hint[0]) {
		fprintf(stderr, "hint: %s\n", err->hint);
	}
	return 2;
}

int main(int argc, char **argv)
{
	varve_repo_options how = VARVE_INIT(varve_repo_options);
	varve_rows_options wanted = VARVE_INIT(varve_rows_options);
	varve_repo *repo = NULL;
	varve_version *version = NULL;
	varve_table *table = NULL;
	varve_filter *filter = NULL;
	varve_rows *rows = NULL;
	const varve_cell *cells;
	varve_error err;
	int more;

	if (argc < 5) {
		fprintf(stderr, "usage: rows REPOSITORY REV:PATH FILTER COLUMN...\n");
		return 2;
	}
	how.flags = VARVE_OPEN_ENVIRON;
	wanted.columns = (const char *const *)argv + 4; /* argv ends with NULL */
	if (varve_repo_open(&repo, argv[1], &how, &err) < 0 ||
	    varve_version_find(&version, repo, argv[2], &err) < 0 ||
	    varve_table_open(&table, version, NULL, &err) < 0 ||
	    varve_filter_parse(&filter, argv[3], NULL, 0, &err) < 0) {
		return fail(&err); /* the process ends; a library would free what is open */
	}
	wanted.where = filter;
	if (varve_rows_open(&rows, table, &wanted, &err) < 0) return fail(&err);
	while ((more = varve_rows_next(rows, &cells, &err)) > 0) {
		for (int i = 0; i < argc - 4; i++) {
			printf("%s%.*s", i ? "\t" : "", (int)cells[i].len,
			       cells[i].len ? cells[i].text : "");
		}
		putchar('\n');
	}
	varve_rows_free(rows);
	varve_filter_free(filter);
	varve_table_free(table);
	varve_version_free(version);
	varve_repo_free(repo);
	return more < 0 ? fail(&err) : 0;
}
