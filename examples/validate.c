/* validate: checks files with tables, outside of any repository. Exits with 0 (valid), 1 (invalid) or 2 (could not run).
 *
 *	validate FILE...
 */
#include <stdio.h>

#include "varve/varve.h"

static int validate(const char *file)
{
	varve_report *report;
	const varve_finding *f;
	varve_error err;
	int valid;

	if (varve_check_file(&report, NULL, file, NULL, &err) < 0) {
		fprintf(stderr, "%s: %s\n", file, err.message);
		return 2;
	}
	for (uint64_t i = 0; (f = varve_report_finding(report, i)); i++) {
		printf("%s:%llu: %s: %s '%.*s' %s\n", file, (unsigned long long)f->line, f->rule,
		       f->column, (int)f->value.len, f->value.len ? f->value.data : "", f->message);
	}
	valid = varve_report_info(report)->valid;
	varve_report_free(report);
	return valid ? 0 : 1;
}

int main(int argc, char **argv)
{
	int worst = 0;

	if (argc < 2) {
		fprintf(stderr, "usage: validate FILE...\n");
		return 2;
	}
	for (int i = 1; i < argc; i++) {
		int rc = validate(argv[i]);

		worst = rc > worst ? rc : worst;
	}
	return worst;
}
