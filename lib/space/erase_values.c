/*
 * erase_values: where a value may begin and end in a text, and which letters are equal.
 */
#include "lib/space/erase_values.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/ascii.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/known/erased.h"

#define BEGINS_LEN ((size_t)65536 / 8)

typedef struct value {
	const char *text;
	size_t len, line;
} value;

struct vv_erase_values {
	vv_erase_how how;
	vv_arena arena;
	value *items;
	size_t count, cap;
	vv_hash_index index;
	uint64_t *lengths; /* the different lengths, ascending */
	size_t length_count, length_cap;
	uint8_t *
		begins; /* a bit for each pair of first bytes; of a value of one byte, for all pairs */
	bool numeric, escaped, failed;
	bool met; /* the current search found a value */
	/* of the text that is searched, if it had to be changed */
	vv_buf plain, decoded;
	uint8_t *gaps; /* 1 where something was left out before a byte of `plain` */
	size_t gap_cap;
	size_t *ends; /* with tracing, for each byte of `plain`: where its character ends in the text */
	size_t end_cap;
	bool tracing;
	vv_erase_test_fn test; /* decides about values; NULL: `items` does */
	void *payload;
};

void vv_erase_values_free(vv_erase_values *v)
{
	if (!v) return;
	vv_hash_index_clear(&v->index);
	vv_arena_clear(&v->arena);
	vv_buf_clear(&v->plain);
	vv_buf_clear(&v->decoded);
	vv_free_all(v->items, v->lengths, v->begins, v->gaps, v->ends, v);
}

size_t vv_erase_values_count(const vv_erase_values *v)
{
	return v->count;
}

size_t vv_erase_values_line(const vv_erase_values *v, size_t place)
{
	return v->items[place].line;
}

const char *vv_erase_values_plain(const vv_erase_values *v, size_t place, size_t *len)
{
	*len = v->items[place].len;
	return v->items[place].text;
}

unsigned vv_erase_values_fold(const vv_erase_values *v)
{
	unsigned fold = VV_ERASED_EXACT;

	if (v->how.ignore_case) {
		fold |= VV_ERASED_CASE;
	}
	if (v->how.ignore_blanks) {
		fold |= VV_ERASED_BLANKS;
	}
	return fold;
}

size_t vv_erase_values_least(const vv_erase_values *v)
{
	return (size_t)v->lengths[0];
}

bool vv_erase_values_numeric(const vv_erase_values *v)
{
	return v->numeric;
}

bool vv_erase_values_escaped(const vv_erase_values *v)
{
	return v->escaped;
}

vv_status vv_erase_values_ok(const vv_erase_values *v, vv_error *err)
{
	return v->failed ? vv_fail_nomem(err) : VV_OK;
}

/* --- sets of places ------------------------------------------------------------------------------- */

void vv_erase_found_clear(vv_erase_found *f)
{
	vv_free(f->items);
	*f = (vv_erase_found){NULL, 0, 0, false};
}

void vv_erase_found_add(vv_erase_found *f, size_t place)
{
	if (f->count > 0 && f->items[f->count - 1] == place) {
		return;
	}
	f->failed |= !vv_array_add(f->items, f->count, f->cap, (uint32_t)place);
}

static int by_place(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

void vv_erase_found_sort(vv_erase_found *f)
{
	size_t kept = 0;

	if (f->count > 1) {
		qsort(f->items, f->count, sizeof(*f->items), by_place);
	}
	for (size_t i = 0; i < f->count; i++) {
		if (kept == 0 || f->items[i] != f->items[kept - 1]) {
			f->items[kept++] = f->items[i];
		}
	}
	f->count = kept;
}

static bool has_place(const uint32_t *items, size_t count, size_t place)
{
	const size_t at = vv_first_place(i, count, items[i] < place);

	return at < count && items[at] == place;
}

bool vv_erase_found_has(const vv_erase_found *f, size_t place)
{
	return has_place(f->items, f->count, place);
}

void vv_erase_found_join(vv_erase_found *f, const vv_erase_found *more)
{
	const size_t sorted = f->count;

	vv_array_each(more->items, more->count, it) {
		if (!has_place(f->items, sorted, *it)) {
			vv_erase_found_add(f, *it);
		}
	}
	if (f->count > sorted) {
		vv_erase_found_sort(f);
	}
	f->failed |= more->failed;
}

/* --- letters and blanks ---------------------------------------------------------------------------- */

/* The lower case of a letter of the Latin, Greek, Cyrillic and Armenian alphabets. */
static uint32_t lower_letter(uint32_t c)
{
	static const struct {
		uint16_t first, last, add; /* add 1: pairs of an upper and a lower letter */
		bool odd;                  /* pairs begin at odd numbers */
	} ranges[] = {
		{0x41, 0x5a, 32, false},   {0xc0, 0xd6, 32, false},    {0xd8, 0xde, 32, false},
		{0x100, 0x137, 1, false},  {0x139, 0x148, 1, true},    {0x14a, 0x177, 1, false},
		{0x179, 0x17e, 1, true},   {0x1cd, 0x1dc, 1, true},    {0x1de, 0x1ef, 1, false},
		{0x1f8, 0x21f, 1, false},  {0x222, 0x233, 1, false},   {0x391, 0x3a1, 32, false},
		{0x3a3, 0x3ab, 32, false}, {0x400, 0x40f, 80, false},  {0x410, 0x42f, 32, false},
		{0x460, 0x481, 1, false},  {0x48a, 0x4bf, 1, false},   {0x4d0, 0x52f, 1, false},
		{0x531, 0x556, 48, false}, {0x1e00, 0x1e95, 1, false}, {0x1ea0, 0x1eff, 1, false},
	};

	if (c == 0x130) return 'i';
	if (c == 0x178) return 0xff;
	if (c == 0x386) return 0x3ac;
	if (c >= 0x388 && c <= 0x38a) return c + 37;
	if (c == 0x3c2) return 0x3c3; /* the form of sigma at the end of a word */
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]) && c >= ranges[i].first; i++) {
		if (c > ranges[i].last) {
			continue;
		}
		if (ranges[i].add > 1) return c + ranges[i].add;
		return (c & 1) == ranges[i].odd ? c + 1 : c;
	}
	return c;
}

static bool is_blank_letter(uint32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xa0 || c == 0x85 ||
	       (c >= 0x2000 && c <= 0x200b) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
	       c == 0x205f || c == 0x3000 || c == 0xfeff;
}

/* The bytes of `plain` from `from` on are of a character that ends at `end` in the text. */
static void note_gap(vv_erase_values *v, size_t from, size_t to, bool gap, size_t end)
{
	if ((to >= v->gap_cap && !vv_array_grow(&v->gaps, &v->gap_cap, to + 1, 1)) ||
	    (v->tracing && to >= v->end_cap &&
	     !vv_array_grow(&v->ends, &v->end_cap, to + 1, sizeof(*v->ends)))) {
		v->failed = true;
		return;
	}
	for (size_t i = from; v->tracing && i < to; i++) {
		v->ends[i] = end;
	}
	memset(v->gaps + from, 0, to - from);
	v->gaps[from] |= gap;
}

/* Sets v->plain to the text in lower case and without blanks, as v->how requires it. */
static void make_plain(vv_erase_values *v, const char *text, size_t len)
{
	bool gap = false;

	vv_buf_reset(&v->plain);
	for (size_t at = 0, used; at < len; at += used) {
		const size_t from = v->plain.len;
		uint32_t c;

		if ((used = vv_utf8_decode(&c, text + at, len - at)) == 0) {
			used = 1; /* not UTF-8: the byte stays */
			vv_buf_putc(&v->plain, text[at]);
		} else if (v->how.ignore_blanks && is_blank_letter(c)) {
			gap = true;
			continue;
		} else if (v->how.ignore_case) {
			vv_utf8_put(&v->plain, lower_letter(c));
		} else {
			vv_buf_put(&v->plain, text + at, used);
		}
		if (!vv_buf_reserve(&v->plain, 1)) {
			v->failed = true;
			return;
		}
		note_gap(v, from, v->plain.len, gap, at + used);
		gap = false;
	}
	v->failed |= v->plain.failed;
}

static bool is_plain(const vv_erase_values *v)
{
	return !v->how.ignore_case && !v->how.ignore_blanks;
}

vv_status vv_erase_values_tested(vv_erase_values **out, unsigned fold, vv_erase_test_fn fn,
				 void *payload, vv_error *err)
{
	vv_auto(vv_erase_values) *v = vv_calloc(1, sizeof(*v));

	*out = NULL;
	if (!v || !(v->begins = vv_calloc(1, BEGINS_LEN)) ||
	    !vv_array_add(v->items, v->count, v->cap, (value){.text = ""})) {
		return vv_fail_nomem(err);
	}
	memset(v->begins, 0xff, BEGINS_LEN);
	v->how = (vv_erase_how){.ignore_case = (fold & VV_ERASED_CASE) != 0,
				.ignore_blanks = (fold & VV_ERASED_BLANKS) != 0};
	v->test = fn;
	v->payload = payload;
	return vv_hand_over(out, &v);
}

vv_status vv_erase_values_add_length(vv_erase_values *v, uint64_t len, vv_error *err)
{
	if (!vv_array_add(v->lengths, v->length_count, v->length_cap, len)) {
		return vv_fail_nomem(err);
	}
	v->length_count = vv_u64_set(v->lengths, v->length_count);
	return VV_OK;
}

/* --- reading ---------------------------------------------------------------------------------------- */

static uint64_t text_hash(const char *text, size_t len)
{
	return vv_xxh3(text, len, vv_hash_seed());
}

static const value *find_value(const vv_erase_values *v, const char *text, size_t len)
{
	if (v->test) return v->test(v->payload, text, len) ? v->items : NULL;
	return vv_hash_find(v->items, &v->index, text_hash(text, len), it,
			    it->len == len && memcmp(it->text, text, len) == 0);
}

static bool add_value(vv_erase_values *v, const char *text, size_t len, size_t line)
{
	if (find_value(v, text, len)) return true;
	const value new = {vv_arena_strndup(&v->arena, text, len), len, line};
	if (!new.text) return false;
	return vv_hash_add(v->items, v->count, v->cap, &v->index, text_hash(text, len), new);
}

static vv_status refuse_empty(const vv_erase_values *v, size_t line, size_t len, vv_error *err)
{
	const char *what = v->how.null_ends ? "value" : "line";

	if (len == 0) {
		return vv_fail(err, VV_EUSAGE,
			       "%s %s of the values is empty, and an empty value would match every "
			       "empty cell\nremove it from the input",
			       what, vv_text_count(line));
	}
	return vv_fail(err, VV_EUSAGE,
		       "%s %s of the values has nothing but blanks, which --ignore-blanks leaves "
		       "out\nremove it from the input",
		       what, vv_text_count(line));
}

static vv_status read_value(vv_erase_values *v, const char *text, size_t len, size_t line,
			    vv_error *err)
{
	if (len == 0) return refuse_empty(v, line, 0, err);
	if (memchr(text, '\0', len)) {
		return vv_fail(err, VV_EUSAGE,
			       "line %s of the values has a NUL byte\n"
			       "with -z, a NUL ends each value",
			       vv_text_count(line));
	}
	if (is_plain(v)) return add_value(v, text, len, line) ? VV_OK : vv_fail_nomem(err);
	make_plain(v, text, len);
	if (v->failed) return vv_fail_nomem(err);
	if (v->plain.len == 0) return refuse_empty(v, line, len, err);
	return add_value(v, v->plain.data, v->plain.len, line) ? VV_OK : vv_fail_nomem(err);
}

static vv_status read_values(vv_erase_values *v, const char *bytes, size_t len, vv_error *err)
{
	const char end = v->how.null_ends ? '\0' : '\n';
	vv_status rc;
	size_t line = 1;

	for (size_t at = 0; at < len; line++) {
		const char *stop = memchr(bytes + at, end, len - at);
		size_t size = stop ? (size_t)(stop - bytes) - at : len - at;
		const size_t next = at + size + 1;

		if (!v->how.null_ends && size > 0 && bytes[at + size - 1] == '\r') {
			size--;
		}
		if ((rc = read_value(v, bytes + at, size, line, err)) < 0) return rc;
		at = next;
	}
	if (v->count == 0) {
		return vv_fail(err, VV_EUSAGE,
			       "standard input has no values\n"
			       "write one value in each line of a file, and pass it with "
			       "'--values-from - < FILE'");
	}
	return VV_OK;
}

/* --- preparing the search --------------------------------------------------------------------------- */

static bool is_numeric(const value *it)
{
	for (size_t i = 0; i < it->len; i++) {
		if (!vv_is_digit(it->text[i]) && !strchr("+-.:,/ TZtz", it->text[i])) return false;
	}
	return true;
}

bool vv_erase_values_is_numeric(const vv_erase_values *v, size_t place)
{
	return is_numeric(&v->items[place]);
}

static bool is_escaped(const value *it)
{
	for (size_t i = 0; i < it->len; i++) {
		if (vv_is_control(it->text[i]) || strchr("\"'\\", it->text[i])) return true;
	}
	return false;
}

static void set_begin(vv_erase_values *v, unsigned first, unsigned second)
{
	const unsigned pair = first << 8 | second;

	v->begins[pair >> 3] |= (uint8_t)(1u << (pair & 7));
}

static vv_status prepare_search(vv_erase_values *v, vv_error *err)
{
	if (!(v->begins = vv_calloc(1, BEGINS_LEN))) return vv_fail_nomem(err);
	vv_array_each(v->items, v->count, it) {
		const unsigned first = (uint8_t)it->text[0];

		if (!vv_array_add(v->lengths, v->length_count, v->length_cap, it->len)) {
			return vv_fail_nomem(err);
		}
		v->length_count = v->length_count > 4096 ? vv_u64_set(v->lengths, v->length_count)
							 : v->length_count;
		for (unsigned second = 0; it->len == 1 && second < 256; second++) {
			set_begin(v, first, second);
		}
		if (it->len > 1) {
			set_begin(v, first, (uint8_t)it->text[1]);
		}
		v->numeric |= is_numeric(it);
		v->escaped |= is_escaped(it);
	}
	v->length_count = vv_u64_set(v->lengths, v->length_count);
	return VV_OK;
}

vv_status vv_erase_values_read(vv_erase_values **out, const char *bytes, size_t len,
			       const vv_erase_how *how, vv_error *err)
{
	static const char mark[] = "\xef\xbb\xbf";
	vv_auto(vv_erase_values) *v = vv_calloc(1, sizeof(*v));
	vv_status rc;

	*out = NULL;
	if (!v) return vv_fail_nomem(err);
	v->how = *how;
	if (len >= 3 && memcmp(bytes, mark, 3) == 0) {
		bytes += 3;
		len -= 3;
	}
	if ((rc = read_values(v, bytes, len, err)) < 0 || (rc = prepare_search(v, err)) < 0) {
		return rc;
	}
	return vv_hand_over(out, &v);
}

/* --- the search ------------------------------------------------------------------------------------- */

bool vv_erase_values_is(vv_erase_values *v, const char *text, size_t len, size_t *place)
{
	if (len == 0) return false;
	if (!is_plain(v)) {
		make_plain(v, text, len);
		text = v->plain.data;
		len = v->plain.len;
	}
	const value *found = len > 0 && !v->failed ? find_value(v, text, len) : NULL;
	*place = found ? (size_t)(found - v->items) : 0;
	return found != NULL;
}

/* May a value begin or end before the byte at `at`? */
static bool is_edge(const vv_erase_values *v, const char *text, size_t len, size_t at)
{
	if (at == 0 || at >= len) return true;
	if (!vv_is_alnum(text[at - 1]) || !vv_is_alnum(text[at])) return true;
	return !is_plain(v) && v->gaps[at];
}

static void search_at(vv_erase_values *v, const char *text, size_t len, size_t at,
		      vv_erase_found *out)
{
	vv_array_each(v->lengths, v->length_count, size) {
		if (*size > len - at) {
			break;
		}
		if (!is_edge(v, text, len, at + *size)) {
			continue;
		}
		const value *found = find_value(v, text + at, *size);
		if (found) {
			v->met = true;
			vv_erase_found_add(out, (size_t)(found - v->items));
		}
	}
}

/* text is as v->how requires it. */
static void search_text(vv_erase_values *v, const char *text, size_t len, vv_erase_found *out)
{
	for (size_t at = 0; at + v->lengths[0] <= len; at++) {
		const unsigned next = at + 1 < len ? (uint8_t)text[at + 1] : 0;
		const unsigned pair = (unsigned)(uint8_t)text[at] << 8 | next;

		if ((v->begins[pair >> 3] >> (pair & 7) & 1) == 0) {
			continue;
		}
		if (is_edge(v, text, len, at)) {
			search_at(v, text, len, at, out);
		}
	}
}

static void search_any(vv_erase_values *v, const char *text, size_t len, vv_erase_found *out)
{
	if (is_plain(v)) {
		search_text(v, text, len, out);
		return;
	}
	make_plain(v, text, len);
	if (!v->failed) {
		search_text(v, vv_buf_cstr(&v->plain), v->plain.len, out);
	}
}

/* Reads the four hex digits after \u; -1: there are not four. */
static long hex_unit(const char *s, size_t len)
{
	long unit = 0;

	if (len < 6 || s[0] != '\\' || s[1] != 'u') return -1;
	for (size_t i = 2; i < 6; i++) {
		if (!vv_is_hex(s[i])) return -1;
		unit = unit * 16 + vv_hex_digit(s[i]);
	}
	return unit;
}

/* Appends the character of the escape at s; returns its length. */
static size_t put_escape(vv_buf *out, const char *s, size_t len)
{
	static const char codes[] = "ntrbf", bytes[] = "\n\t\r\b\f";
	const long unit = hex_unit(s, len);

	if (unit >= 0xd800 && unit < 0xdc00 && len >= 12) {
		const long low = hex_unit(s + 6, len - 6);

		if (low >= 0xdc00 && low < 0xe000) {
			vv_utf8_put(out,
				    (uint32_t)(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00)));
			return 12;
		}
	}
	if (unit >= 0 && (unit < 0xd800 || unit >= 0xe000)) {
		vv_utf8_put(out, (uint32_t)unit);
		return 6;
	}
	if (len < 2) {
		vv_buf_putc(out, '\\');
		return 1;
	}
	const char *code = s[1] ? strchr(codes, s[1]) : NULL;
	vv_buf_putc(out, code ? bytes[code - codes] : s[1]);
	return 2;
}

/* Sets v->decoded to the text without its escapes. Returns false if it has none. */
static bool decode_escapes(vv_erase_values *v, const char *text, size_t len)
{
	const char *next = memchr(text, '\\', len);

	if (!next) return false;
	vv_buf_reset(&v->decoded);
	for (const char *at = text, *end = text + len; at < end;) {
		next = memchr(at, '\\', (size_t)(end - at));
		vv_buf_put(&v->decoded, at, (size_t)((next ? next : end) - at));
		at = next ? next + put_escape(&v->decoded, next, (size_t)(end - next)) : end;
	}
	v->failed |= v->decoded.failed;
	return !v->failed;
}

bool vv_erase_values_in(vv_erase_values *v, const char *text, size_t len, vv_erase_found *out)
{
	v->met = false;
	if (len == 0) return false;
	search_any(v, text, len, out);
	if (decode_escapes(v, text, len)) {
		search_any(v, vv_buf_cstr(&v->decoded), v->decoded.len, out);
	}
	v->failed |= out->failed;
	return v->met;
}

/* --- replacing -------------------------------------------------------------------------------------- */

/* Returns the length of the longest value at `at`; 0: none. text is as v->how requires it. */
static size_t longest_at(const vv_erase_values *v, const char *text, size_t len, size_t at)
{
	if (!is_edge(v, text, len, at)) return 0;
	for (size_t i = v->length_count; i-- > 0;) {
		const size_t size = (size_t)v->lengths[i];

		if (size <= len - at && is_edge(v, text, len, at + size) &&
		    find_value(v, text + at, size)) {
			return size;
		}
	}
	return 0;
}

/* Returns where the character with the byte `at` of the searched text begins in the original one. */
static size_t original_start(const vv_erase_values *v, const char *text, size_t at)
{
	size_t start = 0;
	uint32_t c;

	if (is_plain(v)) return at;
	/* blanks before it stay */
	if (at > 0) {
		start = v->ends[at - 1];
	}
	for (size_t used; v->gaps[at] && start < v->ends[at]; start += used) {
		used = vv_utf8_decode(&c, text + start, v->ends[at] - start);
		if (used == 0 || !is_blank_letter(c)) {
			break;
		}
	}
	return start;
}

bool vv_erase_values_mask(vv_erase_values *v, const char *text, size_t len, const char *word,
			  vv_buf *out)
{
	const char *searched = text;
	size_t size = len, copied = 0;
	bool met = false;

	if (len > 0 && !is_plain(v)) {
		v->tracing = true;
		make_plain(v, text, len);
		v->tracing = false;
		if (v->failed) return false;
		searched = vv_buf_cstr(&v->plain);
		size = v->plain.len;
	}
	for (size_t at = 0, found; at<size; at += found> 0 ? found : 1) {
		if ((found = longest_at(v, searched, size, at)) == 0) {
			continue;
		}
		const size_t start = original_start(v, text, at);
		vv_buf_put(out, text + copied, start - copied);
		vv_buf_puts(out, word);
		copied = is_plain(v) ? at + found : v->ends[at + found - 1];
		met = true;
	}
	vv_buf_put(out, text + copied, len - copied);
	v->failed |= out->failed;
	return met;
}
