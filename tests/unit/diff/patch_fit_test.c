/*
 * Patches on other versions of their table, and patches that are none.
 */
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

#include "base/hint.h"
#include "base/sys.h"
#include "dataset/table/bytes_encoded.h"
#include "dataset/table/import.h"
#include "dataset/table/import_options.h"
#include "dataset/table/table.h"
#include "diff/merge/merge.h"
#include "tests/unit/diff/patched.h"

static const char *const by_id[] = {"id", NULL};

#define FIRST(version) "{\"type\":\"diff\",\"format\":\"varve.diff/1\",\"patch\":" version "}\n"

/* Applies the patch from a to b to `target`, and returns the result. */
typedef struct fitted {
	vv_patched p;
	vv_buf patch;
	vv_status rc;
	vv_error err;
} fitted;

/* What a file with such text is called. */
static const char *name_of(const char *text)
{
	return text[0] == '['   ? "t.json"
	       : text[0] == '{' ? "t.ndjson"
	       : text[0] == '#' ? "comment.csv"
				: "t.csv";
}

static bool without_base;

static void fit(fitted *f, const char *const *key, const char *from, const char *to,
		const char *target, vv_patch_mode mode)
{
	vv_buf a = VV_BUF_INIT, b = VV_BUF_INIT;
	vv_buf_puts(&a, from);
	vv_buf_puts(&b, to);
	memset(f, 0, sizeof(*f));
	vv_patched_init(&f->p);
	f->p.key = key;
	f->p.without_base = without_base;
	vv_assert_ok(
		vv_patched_diff(&f->p, &f->patch, name_of(from), VV_KIND_TABLE, &a, &b, &f->err),
		&f->err);
	vv_patched_put(&f->p, name_of(from), target, strlen(target));
	f->rc = vv_patched_apply(&f->p, &f->patch, mode, false, false, &f->err);
	vv_buf_clear(&a);
	vv_buf_clear(&b);
}

static void fitted_clear(fitted *f)
{
	vv_buf_clear(&f->patch);
	vv_patched_clear(&f->p);
}

static void gives_once(const char *const *key, const char *a, const char *b, const char *target,
		       const char *result)
{
	fitted f;
	fit(&f, key, a, b, target, VV_PATCH_FIT);
	if (f.rc < 0) {
		fail_msg("%s\n%s", f.err.message, vv_buf_cstr(&f.p.misfits));
	}
	assert_string_equal(vv_buf_cstr(vv_patched_get(&f.p, name_of(a))), result);
	fitted_clear(&f);
}

/* The patch fits, with this result, also if the version from which it was made is missing. */
static void gives(const char *const *key, const char *a, const char *b, const char *target,
		  const char *result)
{
	gives_once(key, a, b, target, result);
	without_base = true;
	gives_once(key, a, b, target, result);
	without_base = false;
}

/* The patch does not fit, is refused, and changes nothing. */
static void misfits_once(const char *const *key, const char *a, const char *b, const char *target,
			 const char *said)
{
	fitted f;
	fit(&f, key, a, b, target, VV_PATCH_FIT);
	vv_assert_status(f.rc, VV_ECONFLICT, &f.err);
	assert_string_equal(vv_buf_cstr(&f.p.misfits), said);
	assert_string_equal(vv_buf_cstr(vv_patched_get(&f.p, name_of(a))), target);
	fitted_clear(&f);
}

static void misfits(const char *const *key, const char *a, const char *b, const char *target,
		    const char *said)
{
	misfits_once(key, a, b, target, said);
	without_base = true;
	misfits_once(key, a, b, target, said);
	without_base = false;
}

static const char base[] = "id,name,price\n1,lamp,9\n2,chair,5\n3,desk,7\n";
static const char changed[] = "id,name,price\n1,lamp,8\n3,desk,7\n4,sofa,70\n";

static void rows_are_found_by_key_wherever_they_stand(void **state)
{
	(void)state;
	gives(by_id, base, changed, "id,name,price\n9,bed,1\n3,table,7\n2,chair,5\n1,big lamp,9\n",
	      "id,name,price\n9,bed,1\n3,table,7\n4,sofa,70\n1,big lamp,8\n");
}

/* 20,000 rows are several pieces of output: all are written, and the change is in one of the last. */
static void a_table_of_many_pieces_is_fitted_whole(void **state)
{
	vv_buf from = VV_BUF_INIT, to = VV_BUF_INIT, target = VV_BUF_INIT, result = VV_BUF_INIT;

	(void)state;
	vv_buf_puts(&from, "id,name\n");
	vv_buf_puts(&to, "id,name\n");
	vv_buf_puts(&target, "id,name\n0,only here\n");
	vv_buf_puts(&result, "id,name\n0,only here\n");
	for (unsigned i = 1; i <= 20000; i++) {
		const char *name = i == 19990 ? "changed" : "the same";

		vv_buf_printf(&from, "%u,the same\n", i);
		vv_buf_printf(&to, "%u,%s\n", i, name);
		vv_buf_printf(&target, "%u,the same\n", i);
		vv_buf_printf(&result, "%u,%s\n", i, name);
	}
	gives(by_id, vv_buf_cstr(&from), vv_buf_cstr(&to), vv_buf_cstr(&target),
	      vv_buf_cstr(&result));
	vv_buf_clear(&from);
	vv_buf_clear(&to);
	vv_buf_clear(&target);
	vv_buf_clear(&result);
}

static void without_a_key_rows_are_found_by_content_and_place(void **state)
{
	(void)state;
	gives(NULL, "a,b\nx,1\ny,2\nz,3\n", "a,b\nx,1\nz,3\nw,4\n",
	      "a,b\nq,0\nx,1\ny,2\nz,3\nr,9\n", "a,b\nq,0\nx,1\nz,3\nw,4\nr,9\n");
}

static void of_equal_rows_the_nearest_is_meant(void **state)
{
	(void)state;
	gives(NULL, "a\nx\ny\nx\ny\nx\n", "a\nx\ny\ny\nx\n", "a\nnew\nx\ny\nx\ny\nx\n",
	      "a\nnew\nx\ny\ny\nx\n");
}

static void a_cell_with_another_value_is_named(void **state)
{
	(void)state;
	misfits(by_id, base, changed, "id,name,price\n1,lamp,10\n2,chair,5\n3,desk,7\n",
		"t.csv|row id=1|price|'9'|'10'\n");
	misfits(by_id, base, changed, "id,name,price\n1,lamp,9\n2,stool,5\n3,desk,7\n",
		"t.csv|row id=2|-|the row that the patch removes|another\n");
}

static void rows_that_are_gone_or_there_already_are_named(void **state)
{
	(void)state;
	misfits(by_id, base, changed, "id,name,price\n3,desk,7\n4,bed,1\n",
		"t.csv|row id=1|-|the row|-\nt.csv|row id=4|name|'sofa'|'bed'\nt.csv|row id=4|price|'70'|'1'\n");
	misfits(NULL, "a,b\nx,1\ny,2\n", "a,b\nx,1\ny,2\nw,4\n", "a,b\nx,1\n",
		"t.csv|row 3|-|the row above it|-\n");
}

static void what_is_there_already_is_left_alone(void **state)
{
	fitted f;
	static const char both[] = "id,name,price\n1,lamp,8\n3,oak desk,7\n4,sofa,70\n";

	(void)state;
	fit(&f, by_id, base, changed, both, VV_PATCH_FIT);
	vv_assert_ok(f.rc, &f.err);
	assert_string_equal(vv_buf_cstr(vv_patched_get(&f.p, "t.csv")), both);
	assert_true(f.p.done.already);
	fitted_clear(&f);
	/* one of them is missing */
	gives(by_id, base, changed, "id,name,price\n1,lamp,9\n3,oak desk,7\n4,sofa,70\n", both);
}

static const char rekeyed[] = "id,name,price\n1,lamp,9\n5,chair,5\n3,desk,7\n";

static void a_changed_key_finds_its_row_by_the_old_one(void **state)
{
	fitted f;
	(void)state;
	fit(&f, by_id, base, rekeyed, base, VV_PATCH_EXACT);
	vv_assert_ok(f.rc, &f.err);
	assert_non_null(
		strstr(vv_buf_cstr(&f.patch),
		       "\"oldRow\":2,\"newRow\":2,\"cells\":{\"id\":{\"old\":\"2\",\"new\":\"5\"}},"
		       "\"oldLine\":\"2,chair,5\\n\",\"newLine\":\"5,chair,5\\n\"}"));
	fitted_clear(&f);
	gives(by_id, base, rekeyed, "id,name,price\n9,bed,1\n2,high chair,6\n",
	      "id,name,price\n9,bed,1\n5,high chair,6\n");
	gives(by_id, rekeyed, base, "id,name,price\n9,bed,1\n5,high chair,6\n",
	      "id,name,price\n9,bed,1\n2,high chair,6\n");
}

static void a_changed_key_that_is_another_rows_does_not_fit(void **state)
{
	(void)state;
	misfits(by_id, base, rekeyed, "id,name,price\n1,lamp,9\n2,chair,5\n5,bed,1\n",
		"t.csv|row id=5|name|'chair'|'bed'\nt.csv|row id=5|price|'5'|'1'\n");
	misfits(by_id, base, rekeyed, "id,name,price\n1,lamp,9\n5,stool,5\n",
		"t.csv|row id=5|name|'chair'|'stool'\n");
	gives(by_id, base, rekeyed, "id,name,price\n1,lamp,9\n5,chair,5\n",
	      "id,name,price\n1,lamp,9\n5,chair,5\n");
}

static void a_column_that_is_not_there_is_named(void **state)
{
	(void)state;
	without_base = true;
	misfits_once(by_id, base, changed, "id,name,cost\n1,lamp,9\n2,chair,5\n3,desk,7\n8,x,1\n",
		     "t.csv|-|price|a column|-\n");
	without_base = false;
}

static void the_target_may_have_more_columns(void **state)
{
	(void)state;
	gives(by_id, base, changed, "note,id,name,price\nn1,1,lamp,9\n,2,chair,5\nn3,3,desk,7\n",
	      "note,id,name,price\nn1,1,lamp,8\nn3,3,desk,7\n,4,sofa,70\n");
}

static void values_that_the_patch_does_not_know_do_not_go_with_a_row(void **state)
{
	(void)state;
	misfits(by_id, base, changed,
		"note,id,name,price\nn1,1,lamp,9\nn2,2,chair,5\nn3,3,desk,7\n",
		"t.csv|row id=2|-|the row that the patch removes|another\n");
}

static void values_that_the_patch_does_not_know_do_not_go_with_a_column(void **state)
{
	(void)state;
	gives_once(by_id, "id,a,b\n1,x,p\n2,y,q\n", "id,a\n1,x\n2,y\n",
		   "id,a,b\n1,x,p\n2,y,q\n3,z,\n", "id,a\n1,x\n2,y\n3,z\n");
	misfits_once(
		by_id, "id,a,b\n1,x,p\n2,y,q\n", "id,a\n1,x\n2,y\n",
		"id,a,b\n1,x,p\n2,y,q\n3,z,r\n",
		"t.csv|-|b|a clean merge|theirs dropped column 'b', ours added rows with values in this column\n");
}

static void new_columns_are_put_into_another_version(void **state)
{
	(void)state;
	gives_once(by_id, "id,a\n1,x\n2,y\n", "id,b,a\n1,p,x\n2,q,z\n", "id,a\n0,o\n1,x\n2,y\n",
		   "id,b,a\n0,,o\n1,p,x\n2,q,z\n");
	gives_once(by_id, "id,a\n1,x\n2,y\n", "id,b,a\n1,p,x\n2,q,z\n", "id,c\n0,o\n1,x\n2,y\n",
		   "id,b,c\n0,,o\n1,p,x\n2,q,z\n");
}

static void changed_columns_want_the_version_that_they_were_changed_in(void **state)
{
	vv_patched p;
	vv_buf a = VV_BUF_INIT, b = VV_BUF_INIT, patch = VV_BUF_INIT;
	vv_error err;

	(void)state;
	vv_patched_init(&p);
	p.key = by_id;
	p.without_base = true;
	vv_buf_puts(&a, "id,a\n1,x\n2,y\n");
	vv_buf_puts(&b, "id,a,b\n1,x,p\n2,y,q\n");
	vv_assert_ok(vv_patched_diff(&p, &patch, "t.csv", VV_KIND_TABLE, &a, &b, &err), &err);
	vv_patched_put(&p, "t.csv", "id,a\n1,x\n2,z\n", 13);
	vv_assert_status(vv_patched_apply(&p, &patch, VV_PATCH_FIT, false, false, &err),
			 VV_ECONFLICT, &err);
	vv_assert_contains(
		err.message,
		"': the patch changes columns, and the version that it was made from is missing here");
	vv_patched_put(&p, "t.csv", a.data, a.len);
	vv_assert_ok(vv_patched_apply(&p, &patch, VV_PATCH_FIT, false, false, &err), &err);
	assert_string_equal(vv_buf_cstr(vv_patched_get(&p, "t.csv")), b.data);
	vv_buf_clear(&a);
	vv_buf_clear(&b);
	vv_buf_clear(&patch);
	vv_patched_clear(&p);
}

static void lines_keep_how_they_were_written(void **state)
{
	(void)state;
	/* the last line had no end, others were odd */
	gives(by_id, base, changed,
	      "id,name,price\n1,lamp,9\n\"2\",chair,5\n3,\"desk\",7\r\n5,\"bed\",1",
	      "id,name,price\n1,lamp,8\n3,\"desk\",7\r\n4,sofa,70\n5,\"bed\",1");
	gives(by_id, "id,x\n1,a\n2,b\n", "id,x\n1,a\n2,b\n3,c\n", "id,x\n1,\"A\"\n2,\"b\"",
	      "id,x\n1,\"A\"\n2,\"b\"\n3,\"c\"");
	gives(by_id, "id,x\n1,a\n2,b\n", "id,x\n1,a\n2,c\n", "id,x\n0,z\n1,a\n2,\"b\"\n",
	      "id,x\n0,z\n1,a\n2,\"c\"\n");
	gives(by_id, "id,x\n1,a\n2,b\n", "id,x\n1,a\n2,b\n3,c\n", "id,x\n1,A\n2,\"b\"",
	      "id,x\n1,A\n2,\"b\"\n3,c");
	gives(by_id, "id,x\n1,a\n2,b\n", "id,x\n1,a\n2,b\n3,c\n", "id,x\n1,A\n2,\"b\"\n",
	      "id,x\n1,A\n2,\"b\"\n3,c\n");
}

static void a_line_is_merged_cell_by_cell(void **state)
{
	static const char old[] = "id,a,b\n1,x1,y1\n2,x2,y2\n3,x3,y3\n";

	(void)state;
	/* only quotes, and a cell was edited here; in the row, and in the cell itself */
	gives(by_id, old, "id,a,b\n1,x1,y1\n2,\"x2\",y2\n3,x3,y3\n",
	      "id,a,b\n1,x1,y1\n2,x2,OURS\n3,x3,y3\n", "id,a,b\n1,x1,y1\n2,\"x2\",OURS\n3,x3,y3\n");
	gives(by_id, old, "id,a,b\n1,x1,y1\n2,\"x2\",y2\n3,x3,y3\n",
	      "id,a,b\n1,x1,y1\n2,OURS,y2\n3,x3,y3\n", "id,a,b\n1,x1,y1\n2,OURS,y2\n3,x3,y3\n");
	/* quotes and a value */
	gives(by_id, old, "id,a,b\n1,x1,y1\n2,\"x2\",new\n3,x3,y3\n",
	      "id,a,b\n1,x1,y1\n\"2\",x2,y2\n3,x3,y3\n",
	      "id,a,b\n1,x1,y1\n\"2\",\"x2\",new\n3,x3,y3\n");
	/* removed quotes */
	gives(by_id, "id,a,b\n1,x1,y1\n2,\"x2\",y2\n3,x3,y3\n", old,
	      "id,a,b\n1,x1,y1\n2,\"x2\",\"OURS\"\n3,x3,y3\n",
	      "id,a,b\n1,x1,y1\n2,x2,\"OURS\"\n3,x3,y3\n");
	/* a row end, and what is here has another cell */
	gives(by_id, old, "id,a,b\n1,x1,y1\n2,x2,y2\r\n3,x3,y3\n",
	      "id,a,b\n1,x1,y1\n2,x2,OURS\n3,x3,y3\n", "id,a,b\n1,x1,y1\n2,x2,OURS\r\n3,x3,y3\n");
	/* members */
	gives(by_id, "{\"id\":1,\"a\":\"x\",\"b\":2}\n{\"id\":2,\"a\":\"y\",\"b\":3}\n",
	      "{\"id\":1,\"a\":\"x\",\"b\":2}\n{\"id\":2,\"a\": \"\\u0079\",\"b\":3}\n",
	      "{\"id\":1,\"a\":\"x\",\"b\":2}\n{\"id\":2,\"a\":\"y\",\"b\":4}\n",
	      "{\"id\":1,\"a\":\"x\",\"b\":2}\n{\"id\":2,\"a\":\"\\u0079\",\"b\":4}\n");
}

static void a_json_array_whose_last_row_is_respelled_still_reads(void **state)
{
	static const char old[] = "[{\"id\":1,\"a\":\"x\"},\n{\"id\":2,\"a\":\"y\"}]\n";

	(void)state;
	gives(by_id, old, "[{\"id\":1,\"a\":\"x\"},\n{\"id\":2, \"a\":\"z\"}]\n",
	      "[{\"id\":1,\"a\":\"x\"},\n{\"id\":2,\"a\":\"y\"},\n{\"id\":3,\"a\":\"w\"}]\n",
	      "[{\"id\":1,\"a\":\"x\"},\n{\"id\":2, \"a\":\"z\"},\n{\"id\":3,\"a\":\"w\"}]\n");
}

static void comments_stay_where_they_are(void **state)
{
	static const char
		old[] = "# by Ada\nid,a,b\n1,x1,y1\n# two\n2,x2,\"y2\"\n3,x3,y3\n",
		ours[] = "# by Ada\nid,a,b\n1,x1,y1\n# two\n2,OURS,\"y2\"\n# three\n3,x3,y3\n";

	(void)state;
	/* added, removed and renamed columns */
	gives_once(by_id, old, "# by Ada\nid,a,c,b\n1,x1,,y1\n# two\n2,x2,,\"y2\"\n3,x3,,y3\n",
		   ours,
		   "# by Ada\nid,a,c,b\n1,x1,,y1\n# two\n2,OURS,,\"y2\"\n# three\n3,x3,,y3\n");
	gives_once(by_id, old, "# by Ada\nid,a,c\n1,x1,y1\n# two\n2,x2,\"y2\"\n3,x3,y3\n", ours,
		   "# by Ada\nid,a,c\n1,x1,y1\n# two\n2,OURS,\"y2\"\n# three\n3,x3,y3\n");
	/* removing the row would remove a value that the patch does not have */
	misfits(by_id, old, "# by Ada\nid,a,b\n1,x1,y1\n# two\n2,x2,\"y2\"\n", ours,
		"comment.csv|-|-|a clean merge|both changed lines with comments between the rows, and the merge would lose comments\n");
	/* one that the patch changes, and one that was changed here */
	gives(by_id, old, "# by Ada\nid,a,b\n1,x1,y1\n# second\n2,x2,\"y2\"\n3,x3,y3\n", ours,
	      "# by Ada\nid,a,b\n1,x1,y1\n# second\n2,OURS,\"y2\"\n# three\n3,x3,y3\n");
	gives(by_id, old, "# by Ada\nid,a,b\n1,x1,y1\n# two\n2,x2,\"y2\"\n3,x3,new\n", ours,
	      "# by Ada\nid,a,b\n1,x1,y1\n# two\n2,OURS,\"y2\"\n# three\n3,x3,new\n");
}

static void a_new_form_is_taken_where_the_old_one_was_the_same(void **state)
{
	(void)state;
	gives(by_id, "id,x\n1,a\n2,b\n", "id,x\r\n1,a\r\n2,c\r\n", "id,x\n0,z\n1,a\n2,b\n",
	      "id,x\r\n0,z\r\n1,a\r\n2,c\r\n");
}

static void a_new_form_is_merged_without_the_version(void **state)
{
	vv_patched p;
	vv_buf a = VV_BUF_INIT, b = VV_BUF_INIT, patch = VV_BUF_INIT;
	vv_error err;

	(void)state;
	vv_patched_init(&p);
	p.key = by_id;
	p.without_base = true;
	vv_buf_puts(&a, "id,x\n1,a\n2,b\n");
	vv_buf_puts(&b, "id,x\r\n1,a\r\n2,c\r\n");
	vv_assert_ok(vv_patched_diff(&p, &patch, "t.csv", VV_KIND_TABLE, &a, &b, &err), &err);
	vv_patched_put(&p, "t.csv", "id;x\n0;z\n1;a\n2;b\n", 17);
	vv_assert_ok(vv_patched_apply(&p, &patch, VV_PATCH_FIT, false, false, &err), &err);
	assert_string_equal(vv_buf_cstr(vv_patched_get(&p, "t.csv")),
			    "id;x\r\n0;z\r\n1;a\r\n2;c\r\n");
	assert_false(p.done.form_left);
	vv_buf_clear(&a);
	vv_buf_clear(&b);
	vv_buf_clear(&patch);
	vv_patched_clear(&p);
}

/* Lines above the first row and below the last one are the file's: they change where they are as the patch has them. */
static void lines_around_the_table_are_patched_without_the_version(void **state)
{
	vv_patched p;
	vv_buf a = VV_BUF_INIT, b = VV_BUF_INIT, patch = VV_BUF_INIT;
	vv_error err;

	(void)state;
	vv_patched_init(&p);
	p.key = by_id;
	p.without_base = true;
	vv_buf_puts(&a, "id,x\n# one\n1,a\n# two\n2,b\n3,c\n");
	vv_buf_puts(&b, "id,x\n# two\n2,b\n3,c\n");
	vv_assert_ok(vv_patched_diff(&p, &patch, "comment.csv", VV_KIND_TABLE, &a, &b, &err), &err);
	static const char with[] = "id,x\n# one\n1,a\n# two\n2,b\n3,OURS\n",
			  without[] = "id,x\n# two\n2,b\n3,OURS\n";
	vv_patched_put(&p, "comment.csv", without, strlen(without));
	vv_assert_ok(vv_patched_apply(&p, &patch, VV_PATCH_FIT, true, false, &err), &err);
	assert_string_equal(vv_buf_cstr(vv_patched_get(&p, "comment.csv")), with);
	assert_false(p.done.form_left);
	vv_assert_ok(vv_patched_apply(&p, &patch, VV_PATCH_FIT, false, false, &err), &err);
	assert_string_equal(vv_buf_cstr(vv_patched_get(&p, "comment.csv")), without);
	vv_buf_clear(&a);
	vv_buf_clear(&b);
	vv_buf_clear(&patch);
	vv_patched_clear(&p);
}

/* The comment above an added row stays with it, wherever the table was edited. */
static void a_row_comes_back_with_the_comment_above_it(void **state)
{
	static const char with[] = "# by Ada\nid,a\n1,x\n# two\n2,y\n3,z\n",
			  without[] = "# by Ada\nid,a\n1,x\n3,z\n";

	(void)state;
	gives(by_id, without, with, "# by Ada\nid,a\n1,x\n3,OURS\n",
	      "# by Ada\nid,a\n1,x\n# two\n2,y\n3,OURS\n");
	gives(by_id, with, without, "# by Ada\nid,a\n1,x\n# two\n2,y\n3,OURS\n",
	      "# by Ada\nid,a\n1,x\n3,OURS\n");
}

static void moves_are_left_without_the_version_and_said_to_be(void **state)
{
	static const char a[] = "id,x\n1,a\n2,b\n3,c\n", b[] = "id,x\n3,C\n1,a\n2,b\n",
			  target[] = "id,x\n0,z\n1,a\n2,b\n3,c\n";
	fitted f;
	(void)state;
	gives_once(by_id, a, b, target, "id,x\n0,z\n3,C\n1,a\n2,b\n");
	without_base = true;
	fit(&f, by_id, a, b, target, VV_PATCH_FIT);
	without_base = false;
	vv_assert_ok(f.rc, &f.err);
	assert_string_equal(vv_buf_cstr(vv_patched_get(&f.p, "t.csv")),
			    "id,x\n0,z\n1,a\n2,b\n3,C\n");
	assert_true(f.p.done.order_left);
	assert_false(f.p.done.exact);
	assert_int_equal(f.p.done.rows_changed, 1);
	fitted_clear(&f);
}

static void it_goes_backwards_too(void **state)
{
	fitted f;
	(void)state;
	fit(&f, by_id, base, changed, base, VV_PATCH_FIT);
	vv_assert_ok(f.rc, &f.err);
	assert_true(f.p.done.exact);
	static const char other[] = "id,name,price\n0,bed,3\n1,lamp,8\n3,desk,7\n4,sofa,70\n";
	vv_patched_put(&f.p, "t.csv", other, strlen(other));
	vv_assert_ok(vv_patched_apply(&f.p, &f.patch, VV_PATCH_FIT, true, false, &f.err), &f.err);
	assert_string_equal(vv_buf_cstr(vv_patched_get(&f.p, "t.csv")),
			    "id,name,price\n0,bed,3\n1,lamp,9\n2,chair,5\n3,desk,7\n");
	fitted_clear(&f);
}

static void what_is_rejected_is_a_patch_of_its_own(void **state)
{
	fitted f;
	(void)state;
	fit(&f, by_id, base, "id,name,price\n1,lamp,8\n3,desk,6\n4,sofa,70\n5,bed,80\n",
	    "id,name,price\n0,x,0\n1,lamp,10\n2,chair,5\n3,desk,7\n5,old bed,3\n", VV_PATCH_REJECT);
	vv_assert_ok(f.rc, &f.err);
	assert_string_equal(vv_buf_cstr(vv_patched_get(&f.p, "t.csv")),
			    "id,name,price\n0,x,0\n1,lamp,10\n3,desk,6\n4,sofa,70\n5,old bed,3\n");
	assert_int_equal(f.p.done.rejected, 2);
	vv_buf rejected = f.p.rejected;
	f.p.rejected = (vv_buf)VV_BUF_INIT;
	/* without these reasons, the patch fits */
	static const char mended[] = "id,name,price\n0,x,0\n1,lamp,9\n3,desk,6\n4,sofa,70\n";
	vv_patched_put(&f.p, "t.csv", mended, strlen(mended));
	vv_assert_ok(vv_patched_apply(&f.p, &rejected, VV_PATCH_FIT, false, false, &f.err), &f.err);
	assert_string_equal(vv_buf_cstr(vv_patched_get(&f.p, "t.csv")),
			    "id,name,price\n0,x,0\n1,lamp,8\n3,desk,6\n5,bed,80\n4,sofa,70\n");
	vv_buf_clear(&rejected);
	fitted_clear(&f);
}

static void checking_changes_nothing(void **state)
{
	fitted f;
	(void)state;
	fit(&f, by_id, base, changed, base, VV_PATCH_FIT);
	vv_patched_put(&f.p, "t.csv", base, strlen(base));
	vv_assert_ok(vv_patched_apply(&f.p, &f.patch, VV_PATCH_FIT, false, true, &f.err), &f.err);
	assert_int_equal(f.p.done_count, 1);
	assert_string_equal(vv_buf_cstr(vv_patched_get(&f.p, "t.csv")), base);
	fitted_clear(&f);
}

static void exactly_means_exactly(void **state)
{
	fitted f;
	(void)state;
	fit(&f, by_id, base, changed, "id,name,price\n1,lamp,10\n2,chair,5\n3,desk,7\n",
	    VV_PATCH_EXACT);
	vv_assert_status(f.rc, VV_ECONFLICT, &f.err);
	fitted_clear(&f);
	/* a row that the patch does not have */
	fit(&f, by_id, base, changed, "id,name,price\n1,lamp,9\n2,chair,5\n3,oak desk,7\n",
	    VV_PATCH_EXACT);
	vv_assert_status(f.rc, VV_ECONFLICT, &f.err);
	assert_string_equal(vv_buf_cstr(&f.p.misfits),
			    "t.csv|-|-|the version that the patch was made from|another version\n");
	fitted_clear(&f);
}

/* --- what is not a patch, or not all of it --------------------------------------- */

static void refused(fitted *f, const char *bytes, size_t len, vv_status status, const char *said)
{
	vv_buf patch = VV_BUF_INIT;
	vv_buf_put(&patch, bytes, len);
	vv_patched_put(&f->p, "t.csv", base, strlen(base));
	vv_assert_status(vv_patched_apply(&f->p, &patch, VV_PATCH_FIT, false, false, &f->err),
			 status, &f->err);
	vv_assert_contains(f->err.message, said);
	assert_string_equal(vv_buf_cstr(vv_patched_get(&f->p, "t.csv")), base);
	vv_buf_clear(&patch);
}

static void refused_text(fitted *f, const char *bytes, const char *said)
{
	refused(f, bytes, strlen(bytes), VV_EINPUT, said);
}

static void a_git_patch_is_recognised(void **state)
{
	fitted f;
	(void)state;
	fit(&f, by_id, base, changed, base, VV_PATCH_FIT);
	refused_text(
		&f,
		"diff --git a/t.csv b/t.csv\nindex 1..2 100644\n--- a/t.csv\n+++ b/t.csv\n@@ -1 +1 @@\n-a\n+b\n",
		"a Git patch");
	assert_int_equal(f.err.hint_id, VV_HINT_DIFF_PATCH);
	refused_text(
		&f,
		"From 1234 Mon Sep 17 00:00:00 2001\nSubject: [PATCH] x\n\n---\ndiff --git a/x b/x\n",
		"a Git patch");
	refused_text(&f, "--- a/t.csv\n+++ b/t.csv\n", "a Git patch");
	refused_text(&f, "id,name\n1,x\n", "not a varve patch");
	refused_text(&f, "", "an empty file is not a patch");
	refused(&f, FIRST("2"), strlen(FIRST("2")), VV_ENOSUPPORT, "version 2");
	fitted_clear(&f);
}

static void a_patch_cut_off_anywhere_is_refused(void **state)
{
	fitted f;
	(void)state;
	fit(&f, by_id, base, changed, base, VV_PATCH_FIT);
	vv_assert_ok(f.rc, &f.err);
	for (size_t len = 1; len + 1 < f.patch.len; len++) {
		refused(&f, f.patch.data, len, VV_EINPUT, "");
	}
	fitted_clear(&f);
}

static void a_patch_that_was_edited_is_refused(void **state)
{
	fitted f;
	(void)state;
	fit(&f, by_id, base, changed, base, VV_PATCH_FIT);
	char *sofa = strstr(f.patch.data, "sofa");
	assert_non_null(sofa);
	sofa[0] = 'S';
	refused(&f, f.patch.data, f.patch.len, VV_EINPUT, "the checksum does not match");
	fitted_clear(&f);
}

static void what_a_line_should_have_been_is_said(void **state)
{
	fitted f;
	(void)state;
	fit(&f, by_id, base, changed, base, VV_PATCH_FIT);
	refused_text(&f, FIRST("1") "[]\n", "p.patch, line 2: expected a JSON object");
	refused_text(&f, FIRST("1") "{\"x\":1\n", "p.patch, line 2: column ");
	refused_text(&f, FIRST("1") "{}\n", "p.patch, line 2: expected a table with its 'path'");
	refused_text(&f, FIRST("1") "{\"type\":\"end\",\"tables\":1}\n",
		     "line 2: expected {\"type\":\"end\",\"tables\":0}");
	refused_text(&f, FIRST("1") "{\"type\":\"table\",\"path\":\"t.csv\"}\n",
		     "expected 'oldRoot'");
	refused_text(
		&f,
		FIRST("1") "{\"type\":\"table\",\"path\":\"t.csv\",\"oldRoot\":null,\"newRoot\":null}\n",
		"expected a version on one side");
	refused_text(
		&f,
		FIRST("1") "{\"type\":\"table\",\"path\":\"t.csv\",\"oldRoot\":null,\"newRoot\":\"AAAA\"}\n",
		"line 2: 'newRoot'");
	refused_text(&f, FIRST("1"), "the patch ends here");
	refused_text(&f, "{\"type\":\"diff\",\"format\":\"varve.diff/1\"}\n",
		     "line 1: this difference does not contain the lines of the files");
	static const char outside[] = FIRST(
		"1") "{\"type\":\"table\",\"path\":\"../x\",\"oldRoot\":null,\"newRoot\":null}\n";
	refused(&f, outside, strlen(outside), VV_EREFUSED, "line 2");
	fitted_clear(&f);
}

/* --- faults ---------------------------------------------------------------------- */

/* Opening the target searches for keys as far as memory permits, so some failures have no effect:
 * what counts is that the result is right, or nothing changed. */
static void running_out_of_memory_changes_nothing(void **state)
{
	static const char target[] = "id,name,price\n1,lamp,10\n2,chair,5\n3,desk,7\n";
	static const char result[] = "id,name,price\n1,lamp,10\n3,desk,7\n4,sofa,70\n";
	fitted f;
	bool struck = true;
	unsigned failed = 0;
	(void)state;
	fit(&f, by_id, base, changed, target, VV_PATCH_REJECT);
	for (unsigned n = 1; struck; n++) {
		if (!vv_test_sampled(n, 4)) {
			continue;
		}
		vv_patched_put(&f.p, "t.csv", target, strlen(target));
		vv_fault_set(VV_FAULT_ALLOC, n, 12);
		f.rc = vv_patched_apply(&f.p, &f.patch, VV_PATCH_REJECT, false, false, &f.err);
		struck = vv_fault_clear();
		failed += f.rc < 0;
		assert_true(f.rc == VV_OK || (struck && f.rc == VV_ENOMEM));
		assert_string_equal(vv_buf_cstr(vv_patched_get(&f.p, "t.csv")),
				    f.rc == VV_OK ? result : target);
	}
	assert_true(failed > 50);
	fitted_clear(&f);
}

typedef struct pair {
	vv_table a, b;
	vv_buf out;
} pair;

static vv_status collect(void *payload, const void *bytes, size_t len, vv_error *err)
{
	pair *p = payload;
	vv_buf_put(&p->out, bytes, len);
	return vv_buf_ok(&p->out, err);
}

static vv_status write_once(void *payload, vv_error *err)
{
	pair *p = payload;
	bool written;
	const vv_patch_write_options o = {
		.write = collect, .payload = p, .path = "t.csv", .temp_dir = vv_test_dir()};
	vv_buf_clear(&p->out);
	return vv_patch_write(&p->a, &p->b, &o, &written, err);
}

static void a_patch_is_written_whole_or_not_at_all(void **state)
{
	vv_patched p;
	pair t = {0};
	vv_error err;
	(void)state;
	static const char a[] = "id,x\n1,a\n2,\"b\"\n3,c\n4,d\n",
			  b[] = "id,x,y\n4,d,1\n1,A,2\r\n3,c,\n5,e,5\n";
	vv_patched_init(&p);
	p.key = by_id;
	vv_assert_ok(vv_patched_open(&p, &t.a, "t.csv", VV_KIND_TABLE, a, strlen(a), &err), &err);
	vv_assert_ok(vv_patched_open(&p, &t.b, "t.csv", VV_KIND_TABLE, b, strlen(b), &err), &err);
	vv_fault_each(VV_FAULT_ALLOC, 12, write_once, NULL, &t);
	assert_non_null(strstr(vv_buf_cstr(&t.out), "\"xxh3\":"));
	vv_table_close(&t.a);
	vv_table_close(&t.b);
	vv_buf_clear(&t.out);
	vv_patched_clear(&p);
}

/* --- the law: a patch on another version is a merge ------------------------------------- */

#define LAW_ROWS 40u
#define LAW_COLUMNS 4u

typedef struct law_table {
	struct {
		unsigned id;
		char cells[LAW_COLUMNS][8];
		unsigned quoted; /* this cell, from 1; 0: none */
	} rows[LAW_ROWS];
	unsigned count, next_id;
} law_table;

static void law_cell(vv_prng *r, char *out)
{
	snprintf(out, 8, "v%u", (unsigned)vv_prng_below(r, 6));
}

static void law_edit(vv_prng *r, law_table *t)
{
	const unsigned at = (unsigned)vv_prng_below(r, t->count + 1),
		       kind = (unsigned)vv_prng_below(r, 8);

	if (kind == 0 && t->count < LAW_ROWS) {
		memmove(&t->rows[at + 1], &t->rows[at], (t->count - at) * sizeof(t->rows[0]));
		t->rows[at].id = t->next_id++;
		t->rows[at].quoted = 0;
		for (unsigned c = 0; c < LAW_COLUMNS; c++) {
			law_cell(r, t->rows[at].cells[c]);
		}
		t->count++;
	} else if (at == t->count) {
		return;
	} else if (kind == 1) {
		memmove(&t->rows[at], &t->rows[at + 1], (t->count - at - 1) * sizeof(t->rows[0]));
		t->count--;
	} else if (kind == 2) {
		t->rows[at].quoted = (unsigned)vv_prng_below(r, LAW_COLUMNS + 1);
	} else {
		law_cell(r, t->rows[at].cells[vv_prng_below(r, LAW_COLUMNS)]);
	}
}

static void law_put(const law_table *t, vv_buf *out)
{
	vv_buf_puts(out, "id,a,b,c,d\n");
	for (unsigned i = 0; i < t->count; i++) {
		vv_buf_printf(out, "%u", t->rows[i].id);
		for (unsigned c = 0; c < LAW_COLUMNS; c++) {
			const char *quote = t->rows[i].quoted == c + 1 ? "\"" : "";
			vv_buf_printf(out, ",%s%s%s", quote, t->rows[i].cells[c], quote);
		}
		vv_buf_putc(out, '\n');
	}
}

static vv_status law_append(void *payload, const void *bytes, size_t len, vv_error *err)
{
	vv_buf_put(payload, bytes, len);
	return vv_buf_ok(payload, err);
}

/* The result of merging the versions; false: a conflict. */
static bool law_merge(vv_patched *p, const vv_buf text[3], vv_buf *out)
{
	const vv_merge_options opts = {.ours_id = "0", .theirs_id = "1", .temp_dir = vv_test_dir()};
	const vv_bytes_options whole = {.old_fd = -1};
	vv_import_result result;
	vv_merge_stats stats;
	vv_table t[3], merged;
	vv_error err;

	for (int v = 0; v < 3; v++) {
		vv_assert_ok(vv_patched_open(p, &t[v], "t.csv", VV_KIND_TABLE,
					     vv_buf_cstr(&text[v]), text[v].len, &err),
			     &err);
	}
	vv_assert_ok(
		vv_merge_tables(&result, &stats, &t[0], &t[1], &t[2], &p->tables.sink, &opts, &err),
		&err);
	vv_assert_ok(vv_table_open(&merged, &p->tables.sink, &result.cid, &err), &err);
	vv_assert_ok(vv_table_file(&merged, law_append, out, &whole, &err), &err);
	vv_import_result_clear(&result);
	vv_table_close(&merged);
	for (int v = 0; v < 3; v++) {
		vv_table_close(&t[v]);
	}
	return stats.conflicts == 0;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The lines in order, if a row has no place of its own: the row before it was removed, or is also followed by another row. */
static void law_sort(vv_buf *text)
{
	char *lines[2 * LAW_ROWS + 1];
	size_t count = 0;
	vv_buf sorted = VV_BUF_INIT;

	for (char *s = strtok(text->data, "\n"); s; s = strtok(NULL, "\n")) {
		lines[count++] = s;
	}
	qsort(lines, count, sizeof(*lines), by_text);
	for (size_t i = 0; i < count; i++) {
		vv_buf_printf(&sorted, "%s\n", lines[i]);
	}
	vv_buf_clear(text);
	*text = sorted;
}

static bool law_holds(vv_patched *p, const vv_buf *patch, const vv_buf *ours, bool clean,
		      const vv_buf *merged, bool places)
{
	vv_buf got = VV_BUF_INIT, want = VV_BUF_INIT;
	vv_error err;

	vv_patched_put(p, "t.csv", ours->data, ours->len);
	const vv_status rc = vv_patched_apply(p, patch, VV_PATCH_FIT, false, false, &err);
	const vv_buf *is = vv_patched_get(p, "t.csv");

	vv_buf_put(&got, is->data, is->len);
	vv_buf_put(&want, clean ? merged->data : ours->data, clean ? merged->len : ours->len);
	if ((!places || p->done.order_left) && clean) {
		law_sort(&got);
		law_sort(&want);
	}
	const bool holds = rc == (clean ? VV_OK : VV_ECONFLICT) &&
			   strcmp(vv_buf_cstr(&got), vv_buf_cstr(&want)) == 0;
	if (!holds) {
		print_error("%s, %s the base\n--- ours\n%s--- wanted\n%s--- got\n%s%s",
			    clean ? "clean" : "a conflict", p->without_base ? "without" : "with",
			    vv_buf_cstr(ours), vv_buf_cstr(&want), vv_buf_cstr(&got),
			    vv_buf_cstr(&p->misfits));
	}
	vv_buf_clear(&got);
	vv_buf_clear(&want);
	return holds;
}

static void a_patch_on_another_version_is_a_merge(void **state)
{
	vv_prng r;
	unsigned clean_ones = 0, conflicts = 0, wrong = 0;

	(void)state;
	vv_prng_init(&r, 76);
	for (unsigned n = 0; n < 1500; n++) {
		law_table *t = vv_calloc(3, sizeof(*t));
		vv_buf text[3] = {VV_BUF_INIT, VV_BUF_INIT, VV_BUF_INIT}, patch = VV_BUF_INIT,
		       merged = VV_BUF_INIT;
		const bool taken = vv_test_sampled(n, 8);
		vv_patched p;
		vv_error err;
		unsigned kept = 0;

		vv_patched_init(&p);
		p.key = by_id;
		t->next_id = 100;
		for (uint64_t k = 3 + vv_prng_below(&r, 15); k > 0; k--) {
			for (unsigned c = 0; c < LAW_COLUMNS; c++) {
				law_cell(&r, t->rows[t->count].cells[c]);
			}
			/* ascending, or not */
			t->rows[t->count].id = n % 2 ? 10 + t->count
						     : (unsigned)((37 * (t->count + 1)) % 101) +
							       900;
			t->count++;
		}
		t[1] = t[2] = t[0];
		t[2].next_id = n % 3 ? 200 : 100; /* they may add the same ids */
		for (uint64_t k = vv_prng_below(&r, 6); k > 0; k--) {
			law_edit(&r, &t[1]);
		}
		for (uint64_t k = 1 + vv_prng_below(&r, 6); k > 0; k--) {
			law_edit(&r, &t[2]);
		}
		for (unsigned i = 0; i < t[0].count; i++) {
			for (unsigned j = 0; j < t[1].count; j++) {
				kept += t[0].rows[i].id == t[1].rows[j].id;
			}
		}
		for (int v = 0; v < 3; v++) {
			law_put(&t[v], &text[v]);
		}
		if (taken) {
			vv_assert_ok(vv_patched_diff(&p, &patch, "t.csv", VV_KIND_TABLE, &text[0],
						     &text[2], &err),
				     &err);
			const bool clean = law_merge(&p, text, &merged);
			clean_ones += clean;
			conflicts += !clean;
			wrong += !law_holds(&p, &patch, &text[1], clean, &merged, true);
			p.without_base = true;
			wrong += !law_holds(&p, &patch, &text[1], clean, &merged,
					    kept == t[0].count && kept == t[1].count);
			p.without_base = false;
			wrong += !law_holds(&p, &patch, &text[0], true, &text[2], true);
		}
		for (int v = 0; v < 3; v++) {
			vv_buf_clear(&text[v]);
		}
		vv_buf_clear(&patch);
		vv_buf_clear(&merged);
		vv_patched_clear(&p);
		vv_free(t);
	}
	assert_true(clean_ones > 20 && conflicts > 5);
	assert_int_equal(wrong, 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_patch_on_another_version_is_a_merge),
	cmocka_unit_test(rows_are_found_by_key_wherever_they_stand),
	cmocka_unit_test(a_table_of_many_pieces_is_fitted_whole),
	cmocka_unit_test(without_a_key_rows_are_found_by_content_and_place),
	cmocka_unit_test(of_equal_rows_the_nearest_is_meant),
	cmocka_unit_test(a_cell_with_another_value_is_named),
	cmocka_unit_test(rows_that_are_gone_or_there_already_are_named),
	cmocka_unit_test(what_is_there_already_is_left_alone),
	cmocka_unit_test(a_changed_key_finds_its_row_by_the_old_one),
	cmocka_unit_test(a_changed_key_that_is_another_rows_does_not_fit),
	cmocka_unit_test(a_column_that_is_not_there_is_named),
	cmocka_unit_test(the_target_may_have_more_columns),
	cmocka_unit_test(values_that_the_patch_does_not_know_do_not_go_with_a_row),
	cmocka_unit_test(values_that_the_patch_does_not_know_do_not_go_with_a_column),
	cmocka_unit_test(new_columns_are_put_into_another_version),
	cmocka_unit_test(changed_columns_want_the_version_that_they_were_changed_in),
	cmocka_unit_test(lines_keep_how_they_were_written),
	cmocka_unit_test(a_line_is_merged_cell_by_cell),
	cmocka_unit_test(a_json_array_whose_last_row_is_respelled_still_reads),
	cmocka_unit_test(comments_stay_where_they_are),
	cmocka_unit_test(a_new_form_is_taken_where_the_old_one_was_the_same),
	cmocka_unit_test(a_new_form_is_merged_without_the_version),
	cmocka_unit_test(lines_around_the_table_are_patched_without_the_version),
	cmocka_unit_test(a_row_comes_back_with_the_comment_above_it),
	cmocka_unit_test(moves_are_left_without_the_version_and_said_to_be),
	cmocka_unit_test(it_goes_backwards_too),
	cmocka_unit_test(what_is_rejected_is_a_patch_of_its_own),
	cmocka_unit_test(checking_changes_nothing),
	cmocka_unit_test(exactly_means_exactly),
	cmocka_unit_test(a_git_patch_is_recognised),
	cmocka_unit_test(a_patch_cut_off_anywhere_is_refused),
	cmocka_unit_test(a_patch_that_was_edited_is_refused),
	cmocka_unit_test(what_a_line_should_have_been_is_said),
	cmocka_unit_test(running_out_of_memory_changes_nothing),
	cmocka_unit_test(a_patch_is_written_whole_or_not_at_all),
};

VV_TEST_SUITE(patch_fit)
