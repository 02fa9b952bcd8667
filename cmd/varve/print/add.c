/*
 * add: prints the report of an add with its hints.
 */
#include "cmd/varve/print/add.h"

#include <string.h>

#include "base/json/json.h"
#include "base/text.h"
#include "cmd/frame/output.h"

static void print_total(const vv_add_report *rep)
{
	vv_auto(vv_buf) time = VV_BUF_INIT;

	if (rep->tables + rep->files <= 3) return;
	vv_out("in all: ");
	if (rep->tables > 0) {
		vv_out("%s, %s", vv_text_counted(rep->tables, "table", NULL),
		       vv_text_counted(rep->rows, "row", NULL));
	}
	if (rep->files > 0) {
		vv_out("%s%s", rep->tables ? ", " : "", vv_text_counted(rep->files, "file", NULL));
	}
	vv_add_put_speed(&time, rep->bytes, rep->ms);
	if (rep->tables > 0) {
		vv_out(rep->keyed == rep->tables ? ", all with a key"
		       : rep->keyed == 0         ? ", none with a key"
						 : ", %s with a key",
		       vv_text_count(rep->keyed));
	}
	vv_out(", %s for files of %s%s\n", vv_text_bytes(rep->stored), vv_text_bytes(rep->bytes),
	       vv_buf_cstr(&time));
}

static void print_warnings(const vv_add_report *rep)
{
	for (vv_line l = {.rest = vv_buf_cstr(&rep->warnings)}; vv_line_next(&l);) {
		vv_warn("%.*s", (int)l.len, l.text);
	}
	if (rep->retyped) {
		vv_note("hint: 'varve schema --type COLUMN=string PATH' changes a column's type");
	}
}

void vv_add_report_print(const vv_add_report *rep, const vv_add_plan *plan, bool quiet, bool dry)
{
	if (!quiet) {
		if (rep->guessed > 0) {
			vv_out("%s recognized as %s "
			       "('git config varve.addTables false' leaves new files to Git):\n",
			       vv_text_counted(rep->guessed, "new file", "new files"),
			       rep->guessed == 1 ? "a table" : "tables");
		}
		vv_out_bytes(vv_buf_cstr(&rep->text), rep->text.len);
		print_total(rep);
		if (rep->ordinary > 0) {
			vv_out("%s%s: %s\n", dry ? "would stage " : "",
			       vv_text_counted(rep->ordinary, "ordinary file", "ordinary files"),
			       vv_buf_cstr(&rep->ordinary_names));
			vv_out("%s", vv_buf_cstr(&rep->unseen_lines));
			if (rep->unseen > VV_ADD_UNSEEN_SHOWN) {
				vv_out("  and %s more that are not read as tables\n",
				       vv_text_count(rep->unseen - VV_ADD_UNSEEN_SHOWN));
			}
		}
		if (rep->removed > 0) {
			vv_out("%s%s\n", dry ? "would stage " : "",
			       vv_text_counted(rep->removed, "removed file", "removed files"));
		}
		if (plan->kept_text > 0) {
			vv_out("%s stay%s text, as in HEAD; "
			       "'varve add --convert PATH' makes a table\n",
			       vv_buf_cstr(&plan->kept_names), plan->kept_text == 1 ? "s" : "");
		}
		if (plan->new_text > 0) {
			vv_out("%s %s stored in Git as text; "
			       "'varve add' with the name of a file makes a table of it\n",
			       vv_buf_cstr(&plan->new_names), plan->new_text == 1 ? "is" : "are");
		}
	}
	print_warnings(rep);
}

vv_status vv_add_report_json(const vv_add_report *rep, const vv_buf *files, bool dry, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_status rc;

	vv_json_out w = vv_json_begin_object(&b, 2);
	vv_json_add_bool(&w, "dryRun", dry);
	vv_json_name(&w, "files");
	vv_json_raw(&w, files->data, files->len);
	vv_json_add_array(&w, "messages");
	for (vv_line l = {.rest = vv_buf_cstr(&rep->warnings)}; vv_line_next(&l);) {
		vv_json_string_len(&w, l.text, l.len);
	}
	vv_json_close_array(&w);
	vv_json_close_object(&w);
	if ((rc = vv_buf_ok(files, err)) < 0 || (rc = vv_out_json(&b, err)) < 0) return rc;
	print_warnings(rep);
	return VV_OK;
}
