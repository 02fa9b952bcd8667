/*
 * erase_found: the places first, then messages, refs and gaps; long lists are cut, and counted.
 */
#include "cmd/varve/print/erase_found.h"

#include <string.h>

#include "base/array.h"
#include "base/show.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "repo/git/history/refs.h"

static const char *const reach_words[VV_REACH_COUNT] = {
	"branches", "tags", "the stash", "notes", "other refs", "reflogs or HEADs"};

/* Where other than in branches a spot is. */
static void print_reach(const vv_erase_spot *s)
{
	const char *comma = "; only in ";

	if ((s->reached & 1u << VV_REACH_BRANCH) == 0) {
		for (int i = 0; i < VV_REACH_COUNT; i++) {
			if (s->reached & 1u << i) {
				vv_out("%s%s", comma, reach_words[i]);
				comma = ", ";
			}
		}
	}
	if (s->staged) {
		vv_out("; staged");
	}
	if (s->work) {
		vv_out("; in the work tree");
	}
}

static void print_days(const vv_erase_spot *s)
{
	if (s->versions == 0) {
		return;
	}
	vv_out("%s", vv_text_counted(s->versions, "version", NULL));
	if (vv_oid_is_null(&s->first.commit)) {
		return; /* a ref to a file */
	}
	vv_out(", %.10s", vv_text_zoned(s->first.time, s->first.offset_min));
	vv_out(" to %.10s", vv_text_zoned(s->last.time, s->last.offset_min));
}

static void print_column(const vv_erase_spot *s)
{
	const char *quote = s->column ? "'" : "";

	if (s->kind == VV_ERASE_TEXT) {
		vv_out("  in its text: ");
	} else if (s->kind == VV_ERASE_PART) {
		vv_out_between("  inside of cells of '", s->column ? s->column : "", "': ");
	} else if (s->asked) {
		vv_out("  %s%s", s->column ? "column " : "rows that meet the condition", quote);
		vv_out_between("", s->column ? s->column : "", "");
		vv_out("%s: ", quote);
	} else {
		vv_out_between("  another column, '", s->column, "': ");
	}
	if (s->kind != VV_ERASE_TEXT) {
		vv_out("%s%s", vv_text_counted(s->rows, "row", NULL), s->versions > 0 ? ", " : "");
	}
}

static void print_spots(const vv_erase *e)
{
	const char *path = "", *name = NULL;

	vv_array_each(e->spots, e->spot_count, s) {
		const char *sheet = s->table ? s->table : "";

		if (strcmp(path, s->path) != 0 || !name || strcmp(name, sheet) != 0) {
			vv_out_between("", s->path, s->table ? "#" : "\n");
			if (s->table) {
				vv_out_between("", s->table, "\n");
			}
		}
		path = s->path;
		name = sheet;
		print_column(s);
		print_days(s);
		print_reach(s);
		vv_out("\n");
	}
}

static void print_rest(size_t count, size_t shown)
{
	if (count > shown) {
		vv_out(" and %s more (--json lists all)", vv_text_count(count - shown));
	}
	vv_out("\n");
}

static void print_note_place(const vv_erase_note *n)
{
	if (n->name) {
		vv_out_between("", n->name, "");
	} else {
		vv_out("%.10s", vv_oid_shows(&n->day.commit));
	}
}

static void print_notes(const vv_erase *e)
{
	static const struct {
		const char *one, *many;
	} words[VV_ERASE_NOTES] = {
		{"message of a commit", "messages of commits"},
		{"commit by or for this person", "commits by or for these persons"},
		{"tag, in its message or tagger", "tags, in their messages or taggers"},
		{"name of a ref", "names of refs"},
		{"name of a file", "names of files"},
		{"line of a reflog", "lines of reflogs"}};
	enum { SHOWN = 5 };

	for (int kind = 0; kind < VV_ERASE_NOTES; kind++) {
		uint64_t count = 0;

		vv_array_each(e->notes, e->note_count, n) {
			count += (int)n->kind == kind;
		}
		if (count == 0) {
			continue;
		}
		vv_out("%s: ", vv_text_counted(count, words[kind].one, words[kind].many));
		uint64_t shown = 0;
		vv_array_each(e->notes, e->note_count, n) {
			if ((int)n->kind == kind && shown++ < SHOWN) {
				vv_out("%s", shown > 1 ? ", " : "");
				print_note_place(n);
			}
		}
		print_rest(count, SHOWN);
	}
}

static void print_refs(const vv_erase *e)
{
	enum { SHOWN = 12 };

	if (e->ref_count == 0) {
		return;
	}
	vv_out("still in ");
	for (size_t i = 0; i < e->ref_count && i < SHOWN; i++) {
		vv_out_between(i > 0 ? ", " : "", vv_ref_short_name(e->refs[i]), "");
	}
	print_rest(e->ref_count, SHOWN);
}

/* Values that are nowhere, by their lines in the input. */
static void print_not_found(const vv_erase *e)
{
	enum { SHOWN = 12 };
	const size_t count = e->values ? vv_erase_values_count(e->values) : 0;
	size_t shown = 0;

	if (e->found.count == count) {
		return;
	}
	vv_out("%s not found: line", vv_text_counted(count - e->found.count, "value", NULL));
	for (size_t i = 0; i < count && shown < SHOWN; i++) {
		if (!vv_erase_found_has(&e->found, i)) {
			vv_out("%s %s", shown++ > 0 ? "," : "",
			       vv_text_count(vv_erase_values_line(e->values, i)));
		}
	}
	print_rest(count - e->found.count, shown);
}

static void print_reused(const vv_erase *e)
{
	enum { SHOWN = 5 };
	size_t shown = 0;

	vv_array_each(e->reused, e->reused_count, r) {
		if (shown++ == SHOWN) {
			vv_out("and %s more keys (--json lists all)\n",
			       vv_text_count(e->reused_count - SHOWN));
			break;
		}
		vv_out_between("the key '", r->column, "' of ");
		vv_out_between("", r->path, "");
		vv_out(" had the value of line %s, lost it, and had it again on %.10s (%.10s)\n",
		       vv_text_count(vv_erase_values_line(e->values, r->place)),
		       vv_text_zoned(r->again.time, r->again.offset_min),
		       vv_oid_shows(&r->again.commit));
	}
	if (e->reused_count > 0) {
		vv_out("if that is another person, use --from COMMIT; if it is the same, --all\n");
	}
}

static void print_gaps(const vv_erase *e)
{
	enum { SHOWN = 20 };
	size_t shown = 0;

	if (e->gap_count > 0) {
		vv_out("not searched, or only in part:\n");
	}
	vv_array_each(e->gaps, e->gap_count, g) {
		if (shown++ == SHOWN) {
			vv_out("  and %s more (--json lists all)\n",
			       vv_text_count(e->gap_count - SHOWN));
			break;
		}
		vv_out_between("  ", g->path, "");
		if (g->versions > 0) {
			vv_out(", %s", vv_text_counted(g->versions, "version", NULL));
		}
		vv_out_between(": ", g->why, "\n");
	}
}

void vv_erase_found_print(const vv_erase *e, bool applied)
{
	print_spots(e);
	print_notes(e);
	print_refs(e);
	print_reused(e);
	if (!applied) {
		print_not_found(e);
	}
	print_gaps(e);
	if (e->spot_count == 0 && e->note_count == 0) {
		vv_out("nothing found\n");
	}
	vv_out("searched %s%s", applied ? "again: " : "",
	       vv_text_counted(e->commits, "commit", NULL));
	vv_out(" and %s of files\n", vv_text_counted(e->versions, "version", NULL));
}
