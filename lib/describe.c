/*
 * describe: which tables the library's callers can describe.
 */
#include <stdio.h>

#include "base/sys.h"
#include "base/text.h"
#include "lib/handles.h"
#include "lib/names/table_at.h"
#include "lib/worktree/describe.h"
#include "varve/write.h"

static vv_strings list_of(const char *const *words)
{
	vv_strings s = {(const char **)(uintptr_t)words, 0};

	while (words && words[s.count]) {
		s.count++;
	}
	return s;
}

static vv_status describe_table(char **package, vv_session *session, const char *path,
				const vv_description *d, vv_error *err)
{
	vv_auto(char) *file = NULL;
	vv_auto(vv_table_at) at = {.open = false};
	bool described;

	if (vv_repository_is_bare(session->repo)) {
		return vv_fail(err, VV_EUSAGE, "a bare repository has no files: '%s'",
			       vv_text_shows(path));
	}
	if (!(file = vv_repository_file(session->repo, path))) return vv_fail_nomem(err);
	vv_status rc = vv_table_at_open(&at, session->repo, session->reader,
					&(vv_version_name){.file = file}, NULL, err);
	if (rc < 0) return rc;
	if (at.table.root.kind != VV_KIND_TABLE) {
		return vv_fail(err, VV_EUSAGE, "'%s' is kept as a file, and has no columns",
			       vv_text_shows(path));
	}
	return vv_describe(package, &described, &at.subject, &at.table, d, err);
}

int varve_describe(char *package, size_t size, varve_repo *repo, const char *path,
		   const varve_description *description, varve_error *err)
{
	varve_description o;
	vv_auto(char) *name = NULL;
	vv_session *s = NULL;
	vv_error e;
	vv_status rc = vv_take_options(&o, sizeof(o), description, &e);

	rc = rc < 0 ? rc : vv_core_may_write(repo->core, &e);
	if (rc == VV_OK && (rc = vv_session_take(&s, repo->core, &e)) == VV_OK) {
		const vv_description d = {.type = list_of(o.types),
					  .number = list_of(o.numbers),
					  .missing = list_of(o.missing),
					  .key = list_of(o.key),
					  .dashes = ""};
		rc = describe_table(&name, s, path, &d, &e);
		vv_session_give(s);
	}
	if (size > 0) {
		(void)snprintf(package, size, "%s", rc == VV_OK ? name : "");
	}
	return vv_give(err, rc, &e);
}
