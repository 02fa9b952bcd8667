/*
 * cell_field: which kind of field fits a column, and the values that it offers.
 */
#include "cmd/web/pages/cell_field.h"

#include <string.h>

#include "base/array.h"
#include "cmd/web/model/values.h"
#include "cmd/web/pages/parts.h"

#define COMMON 50u          /* values that are offered */
#define LISTED_ROWS 200000u /* of a table whose columns are read for that */
#define LINE 80u            /* bytes of a value in one line */

/* The values of a menu. */
typedef struct choices {
	vv_page *p;
	vv_html *options;
	const char *value; /* chosen */
	bool has_value;    /* it is among the options */
} choices;

static void add_choice(choices *c, const char *text)
{
	const bool on = strcmp(text, c->value) == 0;

	c->has_value = c->has_value || on;
	part_option(c->options, .value = text, .text = *text ? text : "(empty)", .on = on);
}

/* constraints.enum; false: the column has none. */
static bool add_allowed(choices *c, const vv_field *f)
{
	const vv_json *list = vv_json_get(vv_json_get(f->json, "constraints"), "enum");

	if (!list || list->type != VV_JSON_ARRAY) return false;
	for (const vv_json *n = list->first; n; n = n->next) {
		vv_auto(vv_buf) text = VV_BUF_INIT;

		if (n->type == VV_JSON_STRING) {
			vv_buf_put(&text, n->text, n->text_len);
		} else {
			vv_json_put_node(&text, n);
		}
		add_choice(c, vv_page_keep(c->p, vv_buf_cstr(&text)));
	}
	return true;
}

/* Both words of the spelling that the value, or else the first value of the column, has. */
static void add_booleans(choices *c, const vv_field *f, const char *like)
{
	for (size_t i = 0; f->true_values[i] && f->false_values[i]; i++) {
		const char *yes = f->true_values[i], *no = f->false_values[i];

		if (!f->true_values[i + 1] || !f->false_values[i + 1] || strcmp(yes, like) == 0 ||
		    strcmp(no, like) == 0) {
			add_choice(c, yes);
			add_choice(c, no);
			return;
		}
	}
}

static const char *common_value(vv_page *p, const vv_web_values *v, size_t i)
{
	return v->common_count > i
		       ? vv_page_text(p, "%.*s", (int)v->common[i].cell.len, v->common[i].cell.text)
		       : "";
}

/* The commonest values of a column that has few. */
static vv_html *list_common(vv_page *p, const vv_web_values *v)
{
	vv_html *options = vv_page_piece_new(p);

	if (!v->complete || v->distinct > COMMON) return options;
	vv_array_each(v->common, v->common_count, it) {
		if (it->cell.len == it->cell.whole && it->cell.kind == VV_WEB_VALUE) {
			part_option(options, .value = common_value(p, v, (size_t)(it - v->common)));
		}
	}
	return options;
}

static bool is_day(const vv_web_table *t, size_t column, const char *value)
{
	const vv_web_column *c = &t->columns[column];

	return strcmp(c->type, "date") == 0 && !c->format &&
	       (*value == '\0' || (strlen(value) == 10 && value[4] == '-' && value[7] == '-'));
}

vv_html *vv_page_cell_field(vv_page *p, vv_web_table *t, size_t column, const char *name,
			    const char *label, const char *value, bool lists)
{
	const vv_field *f = &t->table->schema.fields[column];
	choices c = {.p = p, .options = vv_page_piece_new(p), .value = value ? value : ""};
	const bool wrong = p->asked->wrong && strcmp(p->asked->wrong, f->name) == 0;
	const bool lines = strlen(c.value) > LINE || strchr(c.value, '\n') != NULL;
	vv_html *out = vv_page_piece_new(p);
	vv_web_values values = {.complete = false};

	bool menu = add_allowed(&c, f);
	const bool yes_no = !menu && f->type == VV_TYPE_BOOLEAN, day = is_day(t, column, c.value);
	/* only a free text, and a boolean without a value, use the values of the column */
	if (lists && !menu && !lines && !day && !(yes_no && *c.value) && t->rows <= LISTED_ROWS &&
	    vv_web_values_read(p->asked->visit, t, column, NULL, COMMON, &values, VV_IGNORED) < 0) {
		values = (vv_web_values){.complete = false};
	}
	if (yes_no) {
		add_booleans(&c, f, *c.value ? c.value : common_value(p, &values, 0));
		menu = true;
	}
	if (menu && !c.has_value) {
		add_choice(&c, c.value);
	}
	if (menu) {
		part_field_menu(out, .name = name, .label = label, .options = c.options,
				.wrong = wrong);
	} else if (lines) {
		part_field_lines(out, .name = name, .label = label, .value = c.value,
				 .wrong = wrong);
	} else if (day) {
		part_field_text(out, .name = name, .label = label, .value = c.value, .date = true,
				.wrong = wrong);
	} else {
		part_field_text(out, .name = name, .label = label, .value = c.value,
				.list = vv_page_text(p, "common-%zu", column),
				.common = list_common(p, &values), .wrong = wrong);
	}
	return out;
}
