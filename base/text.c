/*
 * text: appends text to a buf as terminals, sentences and shells may have it; words that
 * are near to each other.
 */
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"

#define REPLACEMENT "\xef\xbf\xbd"

static size_t encode_point(char out[4], uint32_t cp)
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xc0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xe0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		out[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	out[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

void vv_utf8_put(vv_buf *b, uint32_t cp)
{
	char bytes[4];

	if (cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff)) {
		vv_buf_puts(b, REPLACEMENT);
		return;
	}
	vv_buf_put(b, bytes, encode_point(bytes, cp));
}

void vv_text_put_bare_url(vv_buf *b, const char *url)
{
	size_t from = 0, len = 0;

	(void)vv_url_secret(url, &from, &len);
	vv_buf_put(b, url, from);
	vv_buf_puts(b, url + from + len);
}

void vv_text_put_url(vv_buf *b, const char *url)
{
	const size_t start = b->len;

	vv_text_put_bare_url(b, url);
	if (!b->failed && b->len > start) {
		vv_url_hide_parameters(b->data + start);
		b->len = start + strlen(b->data + start);
	}
}

void vv_text_put_urls(vv_buf *b, const char *s, size_t len)
{
	static const char ends[] = " \t\r\n'\"<>";
	vv_auto(vv_buf) word = VV_BUF_FOR(b);

	for (size_t at = 0, i = 0; i <= len; i++) {
		if (i < len && s[i] && !strchr(ends, s[i])) {
			continue;
		}
		vv_buf_set(&word, s + at, i - at);
		if (strstr(vv_buf_cstr(&word), "://")) {
			vv_text_put_url(b, word.data);
		} else {
			vv_buf_put(b, s + at, i - at);
		}
		vv_buf_put(b, s + i, i < len);
		at = i + 1;
	}
}

void vv_utf8_put_clean(vv_buf *b, const char *s, size_t len)
{
	size_t at = 0, good = 0, step;
	uint32_t cp;

	/* [good, at) is valid and not yet put. */
	while (at < len) {
		at = vv_ascii_skip(s, len, at);
		if (at == len) {
			break;
		}
		step = vv_utf8_decode(&cp, s + at, len - at);
		if (step > 0) {
			at += step;
			continue;
		}
		vv_buf_put(b, s + good, at - good);
		vv_buf_puts(b, REPLACEMENT);
		at++;
		good = at;
	}
	vv_buf_put(b, s + good, len - good);
}

void vv_text_put_escaped(vv_buf *b, const char *s, size_t len)
{
	size_t at = 0;
	vv_piece p;

	while (at < len) {
		vv_piece_next(&p, s + at, len - at);
		vv_buf_put(b, p.text, p.len);
		at += p.taken;
	}
}

void vv_text_put_cut(vv_buf *b, const char *s, size_t len, size_t width)
{
	bool cut;
	size_t fits = vv_text_fitting(s, len, width, &cut);

	vv_text_put_escaped(b, s, fits);
	if (cut && width > 0) {
		vv_buf_puts(b, VV_ELLIPSIS);
	}
}

void vv_text_put_quoted(vv_buf *b, const char *s, size_t len)
{
	vv_buf_putc(b, '\'');
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '\'') {
			vv_buf_puts(b, "'\\''");
		} else {
			vv_buf_putc(b, s[i]);
		}
	}
	vv_buf_putc(b, '\'');
}

void vv_text_put_word(vv_buf *b, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "-_=+.,/:@%^~";
	const size_t len = strlen(word);
	vv_auto(vv_buf) shown = VV_BUF_FOR(b);
	bool odd = false;
	vv_piece p;

	vv_buf_puts(&shown, "$'");
	for (size_t at = 0; at < len; at += p.taken) {
		vv_piece_next(&p, word + at, len - at);
		odd = odd || (p.text[0] == '\\' && word[at] != '\\');
		const bool hex = p.text[0] == '\\' || p.text[0] == '\'';
		for (size_t i = 0; hex && i < p.taken; i++) {
			vv_buf_printf(&shown, "\\x%02X", (unsigned char)word[at + i]);
		}
		vv_buf_put(&shown, p.text, hex ? 0 : p.len);
	}
	if (odd) {
		vv_buf_printf(b, "%s'", vv_buf_cstr(&shown));
	} else if (len > 0 && *word != '~' && !strstr(word, "=~") && !strstr(word, ":~") &&
		   strspn(word, plain) == len) {
		vv_buf_puts(b, word);
	} else if (strchr(word, '\'') && !strpbrk(word, "\"$`\\!")) {
		vv_buf_printf(b, "\"%s\"", word);
	} else {
		vv_text_put_quoted(b, word, len);
	}
}

void vv_text_put_argv(vv_buf *b, int argc, char *const *argv)
{
	for (int i = 0; i < argc; i++) {
		vv_buf_putc(b, ' ');
		vv_text_put_word(b, argv[i]);
	}
}

const char *vv_text_word(const char *word)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_text_put_word(&b, word);
	return b.failed || b.len >= VV_TEXT_SLOT
		       ? vv_text_shows(word)
		       : memcpy(vv_text_slot(), vv_buf_cstr(&b), b.len + 1);
}

/* Number of leading bytes that need no escapes, one column each. */
static size_t plain_bytes(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && s[n] >= ' ' && s[n] < 0x7f) {
		n++;
	}
	return n;
}

void vv_text_put_words(vv_buf *b, const char *s, size_t len, size_t width)
{
	size_t at = 0, used = 0, fits = b->len; /* where the ellipsis may be */
	vv_piece p;

	while (at < len) {
		size_t n = plain_bytes(s + at, len - at);

		if (width > 0 && n > width - used) {
			n = width - used;
		}
		if (n > 0) {
			vv_buf_put(b, s + at, n);
			at += n;
			used += n;
			fits = b->len - (width > 0 && used == width && !b->failed);
			continue;
		}
		vv_piece_next(&p, s + at, len - at);
		if (width > 0 && p.width > width - used) {
			b->len = b->failed ? b->len : fits;
			vv_buf_puts(b, VV_ELLIPSIS);
			return;
		}
		vv_buf_put(b, p.text, p.len);
		at += p.taken;
		used += p.width;
		if (used < width) {
			fits = b->len;
		}
	}
}

size_t vv_text_words_width(const char *s, size_t len)
{
	size_t width = 0;
	vv_piece p;

	for (size_t at = 0; at < len;) {
		size_t n = plain_bytes(s + at, len - at);

		width += n;
		at += n;
		if (at < len) {
			vv_piece_next(&p, s + at, len - at);
			width += p.width;
			at += p.taken;
		}
	}
	return width;
}

void vv_text_put_wrapped(vv_buf *b, const char *s, size_t len, size_t from, size_t indent,
			 size_t width)
{
	size_t used = from;

	while (len > 0) {
		const char *blank = memchr(s + 1, ' ',
					   len - 1); /* a blank belongs to the word after it */
		size_t n = blank ? (size_t)(blank - s) : len, w = vv_text_words_width(s, n);

		if (width > 0 && used + w > width && used > indent && *s == ' ') {
			vv_buf_putc(b, '\n');
			for (size_t i = 0; i < indent; i++) {
				vv_buf_putc(b, ' ');
			}
			s++;
			len--;
			n--;
			w--;
			used = indent;
		}
		vv_text_put_words(b, s, n, 0);
		used += w;
		s += n;
		len -= n;
	}
}

void vv_words_add_list(const char **list, size_t *n, const char *const *more)
{
	while ((list[*n] = *more++)) {
		(*n)++;
	}
}

bool vv_parse_u64(uint64_t *out, const char *s, size_t len)
{
	uint64_t v = 0;

	if (len == 0) return false;
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9') return false;
		if (__builtin_mul_overflow(v, UINT64_C(10), &v) ||
		    __builtin_add_overflow(v, (uint64_t)(s[i] - '0'), &v)) {
			return false;
		}
	}
	*out = v;
	return true;
}

bool vv_parse_bytes(uint64_t *out, const char *s, size_t len)
{
	const char *units = "kmg", *unit = len > 1 ? strchr(units, s[len - 1] | 0x20) : NULL;
	const unsigned shift = unit ? 10 * (unsigned)(unit - units + 1) : 0;
	uint64_t v;

	if (!vv_parse_u64(&v, s, unit ? len - 1 : len) || v > UINT64_MAX >> shift) return false;
	*out = v << shift;
	return true;
}

#define DISTANCE_LEN 127u /* names longer than that are not slips of the finger */

static char fold_letter(char c)
{
	if (c >= 'A' && c <= 'Z') return (char)(c - 'A' + 'a');
	return c == '_' || c == ' ' ? '-' : c;
}

/* Optimal string alignment: no letter is touched twice. */
unsigned vv_text_distance(const char *a, const char *b, unsigned max)
{
	unsigned rows[3][DISTANCE_LEN + 1];
	unsigned *two_up = rows[0], *up = rows[1], *row = rows[2], *swap;
	size_t a_len = strlen(a), b_len = strlen(b);

	if (a_len > DISTANCE_LEN || b_len > DISTANCE_LEN) return max + 1;
	for (size_t j = 0; j <= b_len; j++) {
		row[j] = (unsigned)j;
	}
	memset(rows[0], 0, sizeof(rows[0]));
	memset(rows[1], 0, sizeof(rows[1]));
	for (size_t i = 1; i <= a_len; i++) {
		unsigned best;

		swap = two_up;
		two_up = up;
		up = row;
		row = swap;
		row[0] = best = (unsigned)i;
		for (size_t j = 1; j <= b_len; j++) {
			char x = fold_letter(a[i - 1]), y = fold_letter(b[j - 1]);
			unsigned cost = up[j - 1] + (x != y);

			cost = cost < up[j] + 1 ? cost : up[j] + 1;
			cost = cost < row[j - 1] + 1 ? cost : row[j - 1] + 1;
			if (i > 1 && j > 1 && x == fold_letter(b[j - 2]) &&
			    y == fold_letter(a[i - 2]) && two_up[j - 2] + 1 < cost) {
				cost = two_up[j - 2] + 1;
			}
			row[j] = cost;
			best = cost < best ? cost : best;
		}
		if (best > max + 1) return max + 1;
	}
	return row[b_len] <= max ? row[b_len] : max + 1;
}

#define SLIPS_MAX 3u

vv_nearest vv_nearest_to(const char *word)
{
	return (vv_nearest){.word = word, .distance = SLIPS_MAX + 1};
}

/* The number of slips allowed in a word of this length. */
static unsigned slips_of(size_t len)
{
	if (len < 6) return 1;
	return len < 10 ? 2 : SLIPS_MAX;
}

static bool is_beginning(const char *word, const char *candidate)
{
	size_t i;

	for (i = 0; word[i]; i++) {
		if (fold_letter(word[i]) != fold_letter(candidate[i])) return false;
	}
	return i >= 3;
}

bool vv_nearest_try(vv_nearest *n, const char *candidate)
{
	size_t word_len = strlen(n->word), len = strlen(candidate);
	size_t longer = len > word_len ? len : word_len;
	unsigned d = vv_text_distance(n->word, candidate, SLIPS_MAX);

	if (d > 0 && longer < 3 &&
	    (len != 2 || word_len != 2 || fold_letter(n->word[0]) != fold_letter(candidate[1]))) {
		return false;
	}
	if (d > slips_of(longer)) {
		if (!is_beginning(n->word, candidate)) return false;
		d = SLIPS_MAX; /* after all real slips */
	}
	if (d > n->distance || (n->best && d == n->distance &&
				(fold_letter(*n->best) == fold_letter(*n->word) ||
				 fold_letter(*candidate) != fold_letter(*n->word)))) {
		return false;
	}
	n->best = candidate;
	n->distance = d;
	return true;
}

bool vv_choice_next(const char **choices, const char **word, size_t *len)
{
	if (!*choices || !**choices) return false;
	*word = *choices;
	*len = strcspn(*choices, "|");
	*choices += *len;
	if (**choices == '|') {
		(*choices)++;
	}
	return true;
}

bool vv_choices_have(const char *choices, const char *word)
{
	const char *choice;
	size_t len;

	while (vv_choice_next(&choices, &choice, &len)) {
		if (strlen(word) == len && memcmp(choice, word, len) == 0) return true;
	}
	return false;
}

void vv_choices_put(vv_buf *out, const char *choices)
{
	const char *word;
	size_t len, n = 0;

	while (vv_choice_next(&choices, &word, &len)) {
		vv_buf_puts(out, n++ == 0 ? "" : *choices ? ", " : " or ");
		vv_buf_put(out, word, len);
	}
}

void vv_text_put_names(vv_buf *b, char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		vv_buf_puts(b, i > 0 ? ", " : "");
		vv_buf_puts(b, vv_text_name(names[i], strlen(names[i])));
	}
}

bool vv_texts_have(const char *const *list, const char *s, size_t len)
{
	return vv_ended_find(list, text,
			     strlen(*text) == len && (len == 0 || memcmp(*text, s, len) == 0)) !=
	       NULL;
}

size_t vv_texts_count(const char *const *list)
{
	size_t count = 0;

	while (list && list[count]) {
		count++;
	}
	return count;
}

bool vv_texts_equal(const char *const *a, const char *const *b)
{
	for (; *a && *b && strcmp(*a, *b) == 0; a++, b++) {
	}
	return !*a && !*b;
}

vv_status vv_text_set(char **at, const char *text, vv_error *err)
{
	vv_free(*at);
	*at = text ? vv_strdup(text) : NULL;
	return *at || !text ? VV_OK : vv_fail_nomem(err);
}

bool vv_text_same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

bool vv_text_has(const char *s, size_t len, const char *words, size_t wanted)
{
	for (size_t i = 0; i + wanted <= len; i++) {
		size_t k = 0;

		while (k < wanted && vv_to_lower(s[i + k]) == words[k]) {
			k++;
		}
		if (k == wanted) return true;
	}
	return wanted == 0;
}

vv_status vv_text_check_mark(const char *text, const char *mark, const char *what, vv_error *err)
{
	const size_t len = strlen(mark), name = len - strlen("1\n");
	const char *number = text + name;

	if (strncmp(text, mark, len) == 0) return VV_OK;
	if (strncmp(text, mark, name) != 0 || *number < '1' || *number > '9' ||
	    number[strspn(number, "0123456789")] != '\n') {
		return VV_ECORRUPT;
	}
	return vv_fail(err, VV_ENOSUPPORT,
		       "a newer varve wrote %s in format %.*s, and this varve reads only format "
		       "1\nupgrade varve",
		       what, (int)strspn(number, "0123456789"), number);
}

bool vv_line_next(vv_line *l)
{
	l->text = l->rest;
	l->len = strcspn(l->text, "\n");
	l->rest = l->text + l->len + (l->text[l->len] == '\n');
	return l->rest > l->text;
}

char *vv_text_cut_line(char **at)
{
	char *line = *at, *end = strchr(line, '\n');

	if (!end) return NULL;
	*end = '\0';
	*at = end + 1;
	return line;
}

bool vv_text_is_among(const char *text, const char *const *list, size_t count)
{
	return vv_array_find(list, count, it, strcmp(*it, text) == 0) != NULL;
}
