/*
 * requested_form: reads the requested form of a block from the parameters, which take precedence,
 * or from Accept.
 */
#include "transport/server/requested_form.h"

#include <string.h>

#include "base/ascii.h"
#include "base/text.h"

/* One entry of Accept: its type, its quality in thousandths, and the parameters of CAR. */
typedef struct entry {
	const char *type;
	size_t type_len;
	unsigned quality;
	char version[8], order[8], dups[8];
} entry;

static const char *skip_blank(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t')) {
		p++;
	}
	return p;
}

static bool is_word(const char *p, size_t len, const char *word)
{
	return vv_ascii_is(p, len, word);
}

static void copy_value(char out[8], const char *value, size_t len)
{
	if (len > 1 && value[0] == '"' && value[len - 1] == '"') {
		value++;
		len -= 2;
	}
	if (len > 7) {
		len = 7; /* longer than any that is known, and so it stays */
	}
	memcpy(out, value, len);
	out[len] = '\0';
}

/* "0.8" as 800; other text counts as 1. */
static unsigned read_quality(const char *p, size_t len)
{
	unsigned q = 0, unit = 100;

	if (len == 0 || (p[0] != '0' && p[0] != '1')) return 1000;
	q = (unsigned)(p[0] - '0') * 1000;
	for (size_t i = 2; i < len && i < 5 && p[1] == '.' && vv_is_digit(p[i]); i++) {
		q += (unsigned)(p[i] - '0') * unit;
		unit /= 10;
	}
	return q > 1000 ? 1000 : q;
}

static void read_parameter(entry *e, const char *p, const char *end)
{
	const char *eq = memchr(p, '=', (size_t)(end - p)), *stop = end;

	if (!eq) return;
	while (stop > eq + 1 && (stop[-1] == ' ' || stop[-1] == '\t')) {
		stop--;
	}
	size_t name = (size_t)(eq - p);
	size_t value = (size_t)(stop - eq - 1);
	if (is_word(p, name, "q")) {
		e->quality = read_quality(eq + 1, value);
	} else if (is_word(p, name, "version")) {
		copy_value(e->version, eq + 1, value);
	} else if (is_word(p, name, "order")) {
		copy_value(e->order, eq + 1, value);
	} else if (is_word(p, name, "dups")) {
		copy_value(e->dups, eq + 1, value);
	}
}

/* The entry at *p, which moves after it; false at the end. */
static bool next_entry(const char **p, entry *e)
{
	const char *at = *p;

	if (*at == '\0') return false;
	*e = (entry){.quality = 1000};
	const char *end = at + strcspn(at, ",");
	*p = *end ? end + 1 : end;
	at = skip_blank(at, end);
	const char *part = memchr(at, ';', (size_t)(end - at));
	e->type = at;
	e->type_len = (size_t)((part ? part : end) - at);
	while (e->type_len > 0 && (at[e->type_len - 1] == ' ' || at[e->type_len - 1] == '\t')) {
		e->type_len--;
	}
	while (part) {
		const char *start = skip_blank(part + 1, end);
		const char *next = memchr(start, ';', (size_t)(end - start));

		read_parameter(e, start, next ? next : end);
		part = next;
	}
	return true;
}

/* The best of the two types that the gateway has. False: none of them. */
static bool best_entry(const char *accept, entry *best)
{
	bool found = false;
	entry e;

	while (next_entry(&accept, &e)) {
		if ((is_word(e.type, e.type_len, "application/vnd.ipld.raw") ||
		     is_word(e.type, e.type_len, "application/vnd.ipld.car")) &&
		    e.quality > 0 && (!found || e.quality > best->quality)) {
			*best = e;
			found = true;
		}
	}
	return found;
}

/* "5", or "-5": from the end. *p moves after it; numbers past 64 bits are as good as the largest. */
static bool read_place(const char **p, uint64_t *out, bool *back)
{
	const char *start;

	*back = **p == '-';
	*p += *back;
	*out = 0;
	for (start = *p; vv_is_digit(**p); (*p)++) {
		uint64_t digit = (uint64_t)(**p - '0');

		*out = *out > (UINT64_MAX - digit) / 10 ? UINT64_MAX : *out * 10 + digit;
	}
	return *p > start;
}

/* "from:to" with '*' for the end and negative numbers from the end. */
static bool read_part(vv_car_part *out, const char *text)
{
	*out = (vv_car_part){.given = true};
	if (!read_place(&text, &out->from, &out->from_back) || *text++ != ':') return false;
	if (strcmp(text, "*") == 0) {
		out->to_end = true;
		return true;
	}
	return read_place(&text, &out->to, &out->to_back) && *text == '\0';
}

static unsigned car_wishes(vv_requested_form *out, const vv_form_params *p, const entry *e,
			   vv_error *err)
{
	const char *version = p->version ? p->version : e->version;
	const char *order = p->order ? p->order : e->order;
	const char *dups = p->dups ? p->dups : e->dups;

	if (*version && strcmp(version, "1") != 0) {
		vv_fail(err, VV_ENOSUPPORT, "only version 1 of CAR is served");
		return 406;
	}
	if (*order && strcmp(order, "dfs") != 0 && strcmp(order, "unk") != 0) {
		vv_fail(err, VV_EUSAGE, "car-order must be dfs or unk");
		return 400;
	}
	if (*dups && strcmp(dups, "y") != 0 && strcmp(dups, "n") != 0) {
		vv_fail(err, VV_EUSAGE, "car-dups must be y or n");
		return 400;
	}
	out->dups = strcmp(dups, "y") == 0;
	if (p->bytes && !read_part(&out->part, p->bytes)) {
		vv_fail(err, VV_EUSAGE, "entity-bytes must be FROM:TO or FROM:*");
		return 400;
	}
	if (p->scope && strcmp(p->scope, "block") != 0 && strcmp(p->scope, "entity") != 0 &&
	    strcmp(p->scope, "all") != 0) {
		vv_fail(err, VV_EUSAGE, "dag-scope must be block, entity or all");
		return 400;
	}
	if (p->scope && strcmp(p->scope, "block") == 0) {
		out->scope = VV_CAR_BLOCK;
	} else if (p->scope ? strcmp(p->scope, "entity") == 0 : p->bytes != NULL) {
		out->scope = VV_CAR_ENTITY; /* entity-bytes implies it */
	}
	return 200;
}

unsigned vv_requested_form_read(vv_requested_form *out, const vv_form_params *p, vv_error *err)
{
	entry e;
	bool found = p->accept && best_entry(p->accept, &e);

	memset(out, 0, sizeof(*out));
	if (!found) {
		memset(&e, 0, sizeof(e));
	}
	if (p->format) {
		if (strcmp(p->format, "raw") == 0) {
			out->format = VV_FORM_RAW;
		} else if (strcmp(p->format, "car") == 0) {
			out->format = VV_FORM_CAR;
		} else {
			vv_fail(err, VV_EUSAGE, "format must be raw or car, not '%s'",
				vv_text_shows(p->format));
			return 400;
		}
	} else if (found) {
		out->by_accept = true;
		out->format = is_word(e.type, e.type_len, "application/vnd.ipld.car") ? VV_FORM_CAR
										      : VV_FORM_RAW;
	} else {
		out->format = VV_FORM_FILE;
	}
	return out->format == VV_FORM_CAR ? car_wishes(out, p, &e, err) : 200;
}
