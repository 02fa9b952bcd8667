/*
 * group_slots: which columns all stand in their lines in one way, and put their cells there
 * ready to be copied.
 */
#include "dataset/format/group_slots.h"

#include <string.h>

#include "base/buf.h"

bool group_any_marked(const char *p, size_t len, const vv_mark_set *set)
{
	size_t i = 0;

	for (; i + 64 <= len; i += 64) {
		if (vv_marks(p + i, set).all != 0) return true;
	}
	for (; i < len; i++) {
		uint8_t c = (uint8_t)p[i];
		if (c == set->delimiter || c == '\n' || c == '\r' || c == set->quote ||
		    c == set->escape) {
			return true;
		}
	}
	return false;
}

/* A shared value that is written already. False: too long. */
static bool value_slot(group_slot *slot, const vv_cell *value, const vv_mark_set *set)
{
	if (value->len + 1 > GROUP_SLOT_TEXT) return false;
	if (value->len > 0) {
		memcpy(slot->text, value->text, value->len);
	}
	slot->text[value->len] = (char)set->delimiter;
	slot->len = (uint8_t)(value->len + 1);
	return true;
}

static vv_status const_slots(group_reading *in, group_slot *slots, const vv_mark_set *set,
			     bool *fits, vv_error *err)
{
	vv_cell value = {.state = VV_CELL_TEXT};
	group_slot one = {{0}, 0};
	uint64_t len;
	vv_status rc;

	if (!vv_varint_read(&in->p, in->end, &len) || len != group_left(in)) {
		return group_bad(in, "its one value has a wrong length", err);
	}
	value.text = (const char *)in->p;
	value.len = (uint32_t)len;
	if ((rc = group_map_values(in, &value, 1, err)) < 0) return rc;
	*fits = value_slot(&one, &value, set);
	for (size_t i = 0; i < in->count && *fits; i++) {
		slots[i] = one;
	}
	return VV_OK;
}

static vv_status dict_slots(group_reading *in, group_slot *slots, const vv_mark_set *set,
			    bool *fits, vv_error *err)
{
	vv_cell value[GROUP_DICT_MAX + 1];
	group_slot known[GROUP_DICT_MAX + 1];
	const uint8_t *index;
	uint64_t count;
	vv_status rc;

	if ((rc = group_open_dict(in, value, &count, &index, err)) < 0 ||
	    (rc = group_map_values(in, value, count, err)) < 0) {
		return rc;
	}
	for (size_t k = 0; k < count; k++) {
		if (!value_slot(&known[k], &value[k], set)) {
			*fits = false;
			return VV_OK;
		}
	}
	for (size_t i = 0; i < in->count; i++) {
		if (index[i] >= count) {
			return group_bad(in, "a row names a value that does not exist", err);
		}
		slots[i] = known[index[i]];
	}
	return VV_OK;
}

/* The texts of a column and their lengths: a byte each, or (lens NULL) all the same. False: neither,
 * or damaged. */
static bool find_texts(const group_reading *in, const char **text, const uint8_t **lens,
		       size_t *len, size_t *sum)
{
	const uint8_t *p = in->p, *end = in->end;
	uint64_t equal;

	*lens = NULL;
	*sum = 0;
	if (p == end) return false;
	if (*p == GROUP_LEN_BYTES && (size_t)(end - p) > in->count) {
		*lens = p + 1;
		p += 1 + in->count;
		for (size_t i = 0; i < in->count; i++) {
			*sum += (*lens)[i];
			*len = (*lens)[i] > *len ? (*lens)[i] : *len;
		}
	} else if (*p == GROUP_LEN_EQUAL) {
		p++;
		if (!vv_varint_read(&p, end, &equal) || equal > GROUP_SLOT_TEXT) return false;
		*len = (size_t)equal;
		*sum = *len * in->count;
	}
	*text = (const char *)p;
	return *sum == (size_t)(end - p);
}

/* What is damaged, long, or has anything to be escaped is left to the cells. */
static void text_slots(group_reading *in, group_slot *slots, const group_slot_style *style,
		       const group_slot_form *form, bool *fits)
{
	const uint8_t *lens = NULL;
	const char *text = NULL;
	size_t len = 0, sum = 0;

	*fits = find_texts(in, &text, &lens, &len, &sum) &&
		len + (form->quoted ? 2 : 0) + 1 <= GROUP_SLOT_TEXT &&
		(style->set.quotes_on == 0 || !group_any_marked(text, sum, &style->set));
	for (size_t i = 0; i < in->count && *fits; i++) {
		size_t own = lens ? lens[i] : len;
		bool quoted = own > 0 ? form->quoted : form->quoted_empty;

		/* a copy of fixed length, which the next slot overwrites */
		memcpy((char *)&slots[i] + quoted, text, sizeof(group_slot));
		group_end_slot(&slots[i], own, quoted, form);
		text += own;
	}
}

/* How cells like this one are quoted. */
static bool is_quoted(const group_slot_style *style, const char *text)
{
	const vv_cell like = {.state = VV_CELL_TEXT, .text = text, .len = (uint32_t)strlen(text)};

	return style->set.quotes_on != 0 && vv_quoting_quotes(style->habit, &like);
}

vv_status group_column_slots(const vv_group *g, size_t column, group_slot *slots,
			     const group_slot_style *style, group_value_fn as_written,
			     void *payload, bool *fits, vv_arena *arena, vv_error *err)
{
	const int encoding = g->column[column][0] & 15;
	const bool date = encoding == GROUP_DATE || encoding == GROUP_DATETIME;
	const group_slot_form form = {.quoted = is_quoted(style, date ? "2000-01-01" : "1"),
				      .quoted_empty = is_quoted(style, ""),
				      .quote = (char)style->set.quote,
				      .delimiter = (char)style->set.delimiter};
	group_reading in = {.p = g->column[column] + 1,
			    .end = g->column[column] + g->column_len[column],
			    .count = g->rows,
			    .state = VV_CELL_TEXT,
			    .arena = arena,
			    .column = column,
			    .map = as_written,
			    .payload = payload};

	*fits = false;
	switch (encoding) {
	case GROUP_CONST:
		return const_slots(&in, slots, &style->set, fits, err);
	case GROUP_DICT:
		return dict_slots(&in, slots, &style->set, fits, err);
	case GROUP_TEXT:
		/* by other habits some texts stand in quotes, and some do not */
		if (style->set.quotes_on == 0 || style->habit == VV_QUOTE_MINIMAL ||
		    style->habit == VV_QUOTE_ALWAYS || style->habit == VV_QUOTE_NONEMPTY) {
			text_slots(&in, slots, style, &form, fits);
		}
		return VV_OK;
	case GROUP_INTEGER:
	case GROUP_DECIMAL:
	case GROUP_DATE:
		return group_number_slots(&in, encoding, slots, &form, fits, err);
	default:
		return VV_OK;
	}
}
