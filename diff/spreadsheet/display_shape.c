/*
 * display_shape: the numbers and words of a displayed date, and in which part of the value each depends.
 *
 * A text is cut into tokens: numbers, words, and the bytes between them, which are the same in all cells
 * of a format (its shape). Each number of a shape shows one field of the value in most cells; each word
 * is a function of one key, such as the month, and the function is learned from the cells themselves.
 */
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/sys.h"
#include "dataset/schema/month_names.h"
#include "diff/spreadsheet/display_internal.h"

#define SHAPES_MAX 6u
#define TOKENS_MAX 14u
#define SHAPE_MAX 48u /* bytes of a shape */
#define WORD_MAX 40u
#define SLOTS (1u + 2u + 2u + 4u + 7u + 12u) /* values of all keys */
#define SLOT_WORDS 2u                        /* of a value: the right one, and an edit */
#define SURE_WORDS                                                                                 \
	6u /* repeated words that prove a shape without numbers: fewer could be any
			       * texts */

/* The values of the keys stand one after the other. */
static const struct {
	size_t from, count;
} keys[KEYS] = {[KEY_NONE] = {0, 1},    [KEY_HALF] = {1, 2},    [KEY_ERA] = {3, 2},
		[KEY_QUARTER] = {5, 4}, [KEY_WEEKDAY] = {9, 7}, [KEY_MONTH] = {16, 12}};

/* Of a value of a key: the first words that cells have, and how many have each. */
typedef struct slot {
	char words[SLOT_WORDS][WORD_MAX];
	uint64_t counts[SLOT_WORDS], total;
} slot;

typedef struct token {
	uint64_t hits[FIELDS]; /* of a number: cells that show the field */
	slot slots[SLOTS];     /* of a word */
	uint64_t months;       /* cells whose word is a known name of their month */
	display_field shows;   /* of the number, once settled */
	display_key depends;   /* of the word */
} token;

typedef struct shape {
	char text[SHAPE_MAX]; /* '0' for a number, 'a' for a word, other bytes as they are */
	token *tokens;        /* TOKENS_MAX */
	uint64_t count;       /* cells */
} shape;

struct display_moments {
	shape shapes[SHAPES_MAX];
	size_t count;
	const shape *chosen;
};

/* A text in tokens. */
typedef struct cut {
	char shape[SHAPE_MAX];
	struct {
		const char *text;
		size_t len;
		bool digits;
	} tokens[TOKENS_MAX];
	size_t count;
} cut;

/* --- tokens ------------------------------------------------------------------------------------ */

/* Points and hyphens belong to words, since some have none: "avr.", "mai"; "sexta-feira", "domingo";
 * so does '?', which is a letter that the file's encoding lacks: "ao?t". A no-break space is a byte
 * between. */
static bool is_word_byte(const char *s, size_t left)
{
	const bool is_blank = left > 1 && s[0] == '\xc2' && s[1] == '\xa0';

	return (vv_is_alpha(*s) || *s == '?' || (unsigned char)*s >= 0x80) && !is_blank;
}

static bool is_hyphen(const char *s, size_t len, size_t i)
{
	return s[i] == '-' && i > 0 && i + 1 < len && is_word_byte(s + i - 1, len - i) &&
	       is_word_byte(s + i + 1, len - i - 1);
}

static size_t token_len(const char *s, size_t len, bool digits)
{
	size_t i = 0;

	if (digits) return (size_t)(vv_after_digits(s, s + len) - s);
	while (i < len &&
	       (is_word_byte(s + i, len - i) || (i > 0 && s[i] == '.') || is_hyphen(s, len, i))) {
		i++;
	}
	return i;
}

/* False: the text has too many tokens, or none. */
static bool cut_tokens(cut *c, const char *s, size_t len)
{
	size_t used = 0, take;

	c->count = 0;
	for (size_t i = 0; i < len; i += take) {
		const bool digits = vv_is_digit(s[i]);

		if (used + 1 >= SHAPE_MAX) return false;
		take = token_len(s + i, len - i, digits);
		if (take == 0) {
			c->shape[used++] = s[i];
			take = 1;
			continue;
		}
		if (c->count == TOKENS_MAX || take >= WORD_MAX) return false;
		c->shape[used++] = digits ? '0' : 'a';
		c->tokens[c->count].text = s + i;
		c->tokens[c->count].len = take;
		c->tokens[c->count++].digits = digits;
	}
	c->shape[used] = '\0';
	return c->count > 0;
}

static int number_of(const char *s, size_t len)
{
	int v = 0;

	for (size_t i = 0; i < len && i < 8; i++) {
		v = v * 10 + (s[i] - '0');
	}
	return len <= 8 ? v : -1;
}

static bool shows_field(const display_moment *m, display_field f, const char *s, size_t len)
{
	if ((f == FIELD_YEAR && len != 4) || (f == FIELD_SHORT_YEAR && len != 2)) return false;
	if (f == FIELD_ZERO) return len <= 3 && number_of(s, len) == 0;
	return len <= 4 && number_of(s, len) == display_moment_field(m, f);
}

/* --- learning ---------------------------------------------------------------------------------- */

display_moments *display_moments_new(void)
{
	return vv_calloc(1, sizeof(display_moments));
}

void display_moments_free(display_moments *d)
{
	for (size_t i = 0; d && i < d->count; i++) {
		vv_free(d->shapes[i].tokens);
	}
	vv_free(d);
}

static shape *find_shape(display_moments *d, const cut *c)
{
	vv_array_each(d->shapes, d->count, s) {
		if (strcmp(s->text, c->shape) == 0) return s;
	}
	return NULL;
}

static shape *add_shape(display_moments *d, const cut *c)
{
	shape *s = find_shape(d, c);

	if (s || d->count == SHAPES_MAX) return s;
	s = &d->shapes[d->count];
	if (!(s->tokens = vv_calloc(TOKENS_MAX, sizeof(token)))) return NULL;
	memcpy(s->text, c->shape, sizeof(s->text));
	d->count++;
	return s;
}

/* Cells of the slot that have the word. */
static uint64_t word_count(const slot *s, const char *word, size_t len)
{
	for (size_t i = 0; i < SLOT_WORDS; i++) {
		if (s->counts[i] > 0 && strlen(s->words[i]) == len &&
		    memcmp(s->words[i], word, len) == 0) {
			return s->counts[i];
		}
	}
	return 0;
}

static uint64_t best_count(const slot *s)
{
	return s->counts[0] > s->counts[1] ? s->counts[0] : s->counts[1];
}

static void learn_word(slot *s, const char *word, size_t len)
{
	s->total++;
	for (size_t i = 0; i < SLOT_WORDS; i++) {
		if (s->counts[i] == 0) {
			memcpy(s->words[i], word, len);
			s->words[i][len] = '\0';
		} else if (strlen(s->words[i]) != len || memcmp(s->words[i], word, len) != 0) {
			continue;
		}
		s->counts[i]++;
		return;
	}
}

void display_moments_learn(display_moments *d, const display_moment *was, const char *is,
			   size_t len)
{
	cut c;
	shape *s = cut_tokens(&c, is, len) ? add_shape(d, &c) : NULL;

	if (!s) return;
	s->count++;
	for (size_t i = 0; i < c.count; i++) {
		token *t = &s->tokens[i];

		for (int f = 0; f < FIELDS && c.tokens[i].digits; f++) {
			t->hits[f] += shows_field(was, (display_field)f, c.tokens[i].text,
						  c.tokens[i].len);
		}
		if (c.tokens[i].digits) {
			continue;
		}
		for (int k = 0; k < KEYS; k++) {
			learn_word(
				&t->slots[keys[k].from + display_moment_key(was, (display_key)k)],
				c.tokens[i].text, c.tokens[i].len);
		}
		t->months += vv_month_is(c.tokens[i].text, c.tokens[i].len, was->month);
	}
}

/* The field that most cells show. False: another is as frequent in other cells, or there is none. */
static bool settle_number(token *t, uint64_t count)
{
	uint64_t best = 0, second = 0;

	for (int f = 0; f < FIELDS; f++) {
		if (t->hits[f] > best) {
			second = best;
			best = t->hits[f];
			t->shows = (display_field)f;
		} else if (t->hits[f] > second) {
			second = t->hits[f];
		}
	}
	return 2 * best > count && (best > second || best == count);
}

/* How well a key explains the words: cells that agree beyond the first of each value. */
static uint64_t count_repeated(const token *t, display_key k)
{
	uint64_t sum = 0;

	vv_array_each(t->slots + keys[k].from, keys[k].count, s) {
		const uint64_t best = best_count(s);

		if (best > 0) {
			sum += best - 1;
		}
	}
	return sum;
}

/* Returns how often words were repeated; 0 for a constant word, which does not depend on the value. */
static uint64_t settle_word(token *t, uint64_t count)
{
	const uint64_t constant = count_repeated(t, KEY_NONE);
	const uint64_t least = constant + 1 < count ? constant : constant + 1;
	uint64_t best = 0;

	if (t->months > 1 && 2 * t->months > count) { /* names prove more than repeated words */
		t->depends = KEY_MONTH;
		return SURE_WORDS;
	}
	t->depends = KEY_NONE;
	for (int k = KEY_NONE + 1; k < KEYS; k++) {
		const uint64_t n = count_repeated(t, (display_key)k);

		if (n >= least && n >= best && n > 0) { /* the finer of two keys */
			best = n;
			t->depends = (display_key)k;
		}
	}
	return t->depends == KEY_NONE ? 0 : best;
}

static bool settle_shape(const shape *s)
{
	uint64_t words = 0;
	size_t numbers = 0, i = 0;

	for (const char *p = s->text; *p; p++) {
		if (*p == '0') {
			token *t = &s->tokens[i++];

			if (!settle_number(t, s->count)) return false;
			numbers += t->shows != FIELD_ZERO;
		} else if (*p == 'a') {
			words += settle_word(&s->tokens[i++], s->count);
		}
	}
	return numbers > 0 || words >= SURE_WORDS;
}

bool display_moments_settle(display_moments *d)
{
	d->chosen = NULL;
	vv_array_each(d->shapes, d->count, s) {
		if ((!d->chosen || s->count > d->chosen->count) && settle_shape(s)) {
			d->chosen = s;
		}
	}
	return d->chosen != NULL;
}

/* --- asking ------------------------------------------------------------------------------------ */

bool display_moments_could(const display_moment *was, const char *is, size_t len)
{
	cut c;

	if (!cut_tokens(&c, is, len)) return false;
	for (size_t i = 0; i < c.count; i++) {
		for (int f = 0; f < FIELD_ZERO && c.tokens[i].digits; f++) {
			if (shows_field(was, (display_field)f, c.tokens[i].text, c.tokens[i].len)) {
				return true;
			}
		}
	}
	return !vv_array_find(c.tokens, c.count, t, t->digits);
}

/* Whether the word is that of most cells of the slot. */
static bool is_word(const slot *s, const char *text, size_t len)
{
	return 2 * word_count(s, text, len) > s->total;
}

/* Whether most cells of the slot, and more than one, have one word. */
static bool is_sure(const slot *s)
{
	const uint64_t best = best_count(s);

	return best > 1 && 2 * best > s->total;
}

/* Whether the file's encoding lacks all letters of the word: other words look the same. */
static bool is_lost(const char *text, size_t len)
{
	return vv_find_place(i, len, text[i] != '?') == len;
}

/* Whether the word is that of another value of the key. */
static bool is_claimed(const token *t, const slot *own, const char *text, size_t len)
{
	vv_array_each(t->slots + keys[t->depends].from, keys[t->depends].count, other) {
		if (other != own && is_word(other, text, len)) return true;
	}
	return false;
}

/* Whether the text has the chosen shape, and each number and word fits. *seen: other cells have each
 * of its words; else a word is believed if it belongs to no other value, and numbers fit. */
static bool fits_shape(const shape *s, const cut *c, const display_moment *was, bool *seen)
{
	*seen = true;
	for (size_t i = 0; i < c->count; i++) {
		const token *t = &s->tokens[i];
		const slot *own =
			&t->slots[keys[t->depends].from + display_moment_key(was, t->depends)];

		if (c->tokens[i].digits) {
			if (!shows_field(was, t->shows, c->tokens[i].text, c->tokens[i].len)) {
				return false;
			}
			continue;
		}
		if (is_sure(own)) {
			if (!is_word(own, c->tokens[i].text, c->tokens[i].len)) return false;
			continue;
		}
		if (t->depends == KEY_MONTH && t->months > 1) {
			if (vv_month_is(c->tokens[i].text, c->tokens[i].len, was->month)) {
				continue;
			}
		}
		*seen = false;
		if (is_lost(c->tokens[i].text, c->tokens[i].len) ||
		    is_claimed(t, own, c->tokens[i].text, c->tokens[i].len)) {
			return false;
		}
	}
	return *seen || strchr(c->shape, '0');
}

/* The number (kind '0') that shows a field, or the word ('a') that depends on a key; NULL: none. */
static const token *find_token(const shape *s, char kind, int what)
{
	size_t i = 0;

	for (const char *p = s->text; *p; p++) {
		if (*p != '0' && *p != 'a') {
			continue;
		}
		const token *t = &s->tokens[i++];
		const int has = *p == '0' ? (int)t->shows : (int)t->depends;
		if (*p == kind && has == what) return t;
	}
	return NULL;
}

static bool has_field(const shape *s, display_field f)
{
	return find_token(s, '0', (int)f) != NULL;
}

static bool has_key(const shape *s, display_key k)
{
	return find_token(s, 'a', (int)k) != NULL;
}

static bool shows_date(const shape *s)
{
	const bool year = has_field(s, FIELD_YEAR) || has_field(s, FIELD_SHORT_YEAR) ||
			  (has_field(s, FIELD_ERA_YEAR) && has_key(s, KEY_ERA));

	return year && has_field(s, FIELD_DAY) &&
	       (has_field(s, FIELD_MONTH) || has_key(s, KEY_MONTH));
}

static bool shows_time(const shape *s, const display_moment *m)
{
	const bool hour = has_field(s, FIELD_HOUR) ||
			  (has_field(s, FIELD_HALF_HOUR) && has_key(s, KEY_HALF));

	return hour && has_field(s, FIELD_MINUTE) && (has_field(s, FIELD_SECOND) || m->second == 0);
}

bool display_moments_whole(const display_moments *d, const display_moment *form)
{
	return d->chosen && (!form->has_date || shows_date(d->chosen)) &&
	       (!form->has_time || shows_time(d->chosen, form));
}

vv_display_answer display_moments_of(const display_moments *d, const display_moment *was,
				     const char *is, size_t len)
{
	cut c;
	bool seen = false;

	if (!d->chosen || !cut_tokens(&c, is, len) || strcmp(c.shape, d->chosen->text) != 0 ||
	    !fits_shape(d->chosen, &c, was, &seen)) {
		return VV_DISPLAY_NO;
	}
	return seen && display_moments_whole(d, was) ? VV_DISPLAY_WHOLE : VV_DISPLAY_PART;
}

static int full_year(int year)
{
	return year < 30 ? 2000 + year : 1900 + year;
}

static bool set_field(display_moment *m, display_field f, int v)
{
	switch (f) {
	case FIELD_DAY:
		m->day = v;
		return v >= 1 && v <= 31;
	case FIELD_MONTH:
		m->month = v;
		return v >= 1 && v <= 12;
	case FIELD_YEAR:
		m->year = v;
		return true;
	case FIELD_SHORT_YEAR:
		m->year = full_year(v);
		return v < 100;
	case FIELD_HOUR:
		m->hour = v;
		return v < 24;
	case FIELD_MINUTE:
		m->minute = v;
		return v < 60;
	case FIELD_SECOND:
		m->second = v;
		return v < 60;
	case FIELD_ZERO:
	case FIELD_WEEK:
	case FIELD_SUNDAY_WEEK:
	case FIELD_MONDAY_WEEK:
	case FIELD_QUARTER:
		return true;
	case FIELD_HALF_HOUR:
		m->hour += v % 12;
		return v >= 1 && v <= 12;
	case FIELD_ERA_YEAR:
	case FIELDS:
		break;
	}
	return false;
}

/* The value of a key that a word stands for. Weekdays follow from the date. */
static bool set_word(display_moment *m, const token *t, const char *word, size_t len)
{
	const slot *slots = t->slots + keys[t->depends].from;
	const size_t count = keys[t->depends].count;
	/* a word of one cell only may be an edit's */
	const size_t at = vv_find_place(i, count,
					is_sure(&slots[i]) && is_word(&slots[i], word, len));

	if (t->depends == KEY_WEEKDAY) return true;
	if (t->depends == KEY_MONTH && t->months > 1) {
		unsigned languages = VV_MONTHS_ALL;
		const int month = vv_month_of(word, len, &languages);

		/* two edits may have it where the old values have another month */
		if (at < count && month > 0 && month != (int)at + 1) return false;
		if (at == count && month > 0) {
			m->month = month;
			return !is_sure(&slots[month - 1]);
		}
	}
	if (at == count || is_claimed(t, &slots[at], word, len)) return false;
	if (t->depends != KEY_NONE && is_lost(word, len)) return false;
	if (t->depends == KEY_MONTH) {
		m->month = (int)at + 1;
	}
	if (t->depends == KEY_HALF) {
		m->hour += (int)at * 12;
	}
	return t->depends == KEY_MONTH || t->depends == KEY_HALF || t->depends == KEY_NONE;
}

/* Whether the text has no weekday, or none that is known to be another than that of its date. */
static bool has_own_weekday(const shape *s, const cut *c, const display_moment *m)
{
	for (size_t i = 0; i < c->count; i++) {
		const token *t = &s->tokens[i];

		if (c->tokens[i].digits || t->depends != KEY_WEEKDAY) {
			continue;
		}
		const slot *own =
			&t->slots[keys[KEY_WEEKDAY].from + display_moment_key(m, KEY_WEEKDAY)];
		if (is_sure(own) ? !is_word(own, c->tokens[i].text, c->tokens[i].len)
				 : is_claimed(t, own, c->tokens[i].text, c->tokens[i].len)) {
			return false;
		}
	}
	return true;
}

bool display_moments_value(display_moment *out, const display_moments *d,
			   const display_moment *form, const char *is, size_t len)
{
	cut c;

	*out = (display_moment){.year = 1899, .month = 12, .day = 30};
	if (!display_moments_whole(d, form) || !cut_tokens(&c, is, len) ||
	    strcmp(c.shape, d->chosen->text) != 0) {
		return false;
	}
	for (size_t i = 0; i < c.count; i++) {
		const token *t = &d->chosen->tokens[i];

		if (c.tokens[i].digits) {
			const int v = number_of(c.tokens[i].text, c.tokens[i].len);

			if (v < 0 || !set_field(out, t->shows, v)) return false;
		} else if (!set_word(out, t, c.tokens[i].text, c.tokens[i].len)) {
			return false;
		}
	}
	return has_own_weekday(d->chosen, &c, out);
}
