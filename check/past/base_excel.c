/*
 * base_excel: a finding for each column that Excel spoiled.
 */
#include <string.h>

#include "base/hint_text.h"
#include "check/past/base_internal.h"
#include "diff/spreadsheet/excel_rows.h"

#define GROUPS 256u /* which differ, that are looked at: some 250,000 rows */

static void give_column(base_check *c, const vv_rule_setting *s, const char *column)
{
	vv_finding f = base_finding(c, s, column);

	vv_buf_puts(&c->expected, "cells written as in the base");
	(void)vv_hint_put(&c->expected, "; ", c->o->words, VV_HINT_RESTORE_SPELLING,
			  c->o->path ? c->o->path : "");
	base_give(c, NULL, &f);
}

static void give_all(base_check *c, const vv_rule_setting *s, const vv_excel_rows *r)
{
	const vv_dialect *was = &c->base->root.dialect, *is = &c->t->root.dialect;
	bool any = false, same = false;

	for (size_t i = 0; i < c->t->columns; i++) {
		const vv_field *f = &c->t->schema.fields[i];

		if (vv_rule_setting_has(s, f->name, f->name_len) &&
		    vv_excel_column_put(&c->message, &r->columns[i], r->all)) {
			any = true;
			give_column(c, s, f->name);
		}
	}
	if (any && c->rc == VV_OK &&
	    (was->delimiter != is->delimiter || strcmp(was->encoding, is->encoding) != 0)) {
		c->rc = vv_root_same_columns(&same, &c->base->root, &c->t->root, c->err);
		if (c->rc < 0) return;
		vv_buf_puts(&c->message, "the file has another form: ");
		vv_dialect_describe_change(&c->message, was, is, same);
		give_column(c, s, NULL);
	}
}

void base_check_excel(base_check *c)
{
	const vv_rule_setting *s = base_setting(c, "spreadsheet", NULL);
	vv_auto(vv_excel_rows) *r = NULL;

	if (!s || vv_cid_equal(&c->base->cid, &c->t->cid) || base_is_json(c->base) ||
	    base_is_json(c->t)) {
		return;
	}
	if ((c->rc = vv_excel_rows_open(&r, c->base, c->t, GROUPS, c->err)) < 0) return;
	for (; s; s = base_setting(c, "spreadsheet", s)) {
		give_all(c, s, r);
	}
}
