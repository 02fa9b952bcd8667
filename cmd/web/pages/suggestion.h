/*
 * suggestion: the address of the host's form for an issue that suggests other values for cells, filled in.
 *
 * The body has the block that varve-pr suggest reads (docs/programs/ci.md, "Suggestions"), so any web server can
 * send the page, and readers need neither varve nor an account other than the host's.
 */
#ifndef VV_CMD_WEB_PAGES_SUGGESTION_H
#define VV_CMD_WEB_PAGES_SUGGESTION_H

#include <stddef.h>

#include "cmd/web/model/rows.h"
#include "cmd/web/model/table.h"
#include "cmd/web/pages/page.h"

/* Returns the address for the `count` columns of t at `columns`, whose cells are r->cells in this order, in the page's
 * memory; NULL: the repository's host is not known, the table is not edited by its key, or the address would be too
 * long. The form is the one in the setting varve.issues; else that of `homepage` in datapackage.json; else that of the
 * remote origin. */
const char *vv_page_suggestion(vv_page *p, const vv_web_table *t, const vv_web_row *r,
			       const size_t *columns, size_t count);

#endif
