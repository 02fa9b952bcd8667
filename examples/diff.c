/* diff: prints each cell that differs between two revisions of a table.
 *
 *	diff REPOSITORY PATH REV REV
 */
#include <stdio.h>

#include "varve/varve.h"

static void print(const varve_table *t, const varve_cell *row, int32_t place)
{
	if (row && place >= 0 && row[place].len > 0) {
		printf(" %s=%.*s", varve_table_column(t, (size_t)place)->name, (int)row[place].len,
		       row[place].text);
	}
}

static int compare(varve_table *table[2], varve_error *err)
{
	static const char *const kinds[] = {"added", "removed", "changed", "moved"};
	const varve_column_pair *pair;
	const varve_row_change *c;
	varve_diff *diff;
	int rc = varve_diff_open(&diff, table[0], table[1], NULL, err);

	while (rc >= 0 && (rc = varve_diff_next(diff, &c, err)) > 0) {
		printf("%s:", kinds[c->kind]);
		for (size_t i = 0; (pair = varve_diff_column(diff, i)); i++) {
			if (!c->cells || c->cells[i] || pair->in_key) {
				print(table[0], c->before, pair->before);
				print(table[1], c->after, pair->after);
			}
		}
		putchar('\n');
	}
	varve_diff_free(diff);
	return rc;
}

int main(int argc, char **argv)
{
	varve_table *table[2] = {NULL, NULL};
	varve_version *version;
	varve_repo *repo = NULL;
	varve_error err;
	int rc = argc == 5 ? varve_repo_open(&repo, argv[1], NULL, &err)
			   : varve_error_set(&err, VARVE_EUSAGE,
					     "usage: diff REPOSITORY PATH REV REV");

	for (int i = 0; rc == 0 && i < 2; i++) {
		if ((rc = varve_version_at(&version, repo, argv[3 + i], argv[2], &err)) == 0) {
			rc = varve_table_open(&table[i], version, NULL, &err);
		}
		varve_version_free(version); /* NULL after a failure */
	}
	rc = rc == 0 ? compare(table, &err) : rc;
	varve_table_free(table[0]);
	varve_table_free(table[1]);
	varve_repo_free(repo);
	return rc < 0 ? fprintf(stderr, "diff: %s\n", err.message), 2 : 0;
}
