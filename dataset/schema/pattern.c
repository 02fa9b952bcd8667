/*
 * pattern: the only file that uses PCRE2; rewrites XML Schema's patterns for it.
 *
 * Source: XML Schema part 2, appendix F. \w there is everything but punctuation (the underscore is
 * one), separators and "other"; \s is four characters; \i and \c are those of XML's names.
 */
#include "dataset/schema/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/sys.h"

/* Uncounted steps for a text: patterns that read it once take fewer. */
#define FREE_STEPS 1000u
#define FREE_STEPS_BYTE 16u

struct vv_pattern {
	pcre2_general_context *general;
	pcre2_compile_context *compiling;
	pcre2_code *code;
};

struct vv_pattern_scratch {
	pcre2_general_context *general;
	pcre2_match_context *limits;
	pcre2_match_data *data;
	/* the 32 KiB that matching has by itself are too few for long texts. Made by the first match:
	 * most tables have no pattern */
	pcre2_jit_stack *stack;
	bool matches; /* stack was made, or this PCRE2 has no such stack */
};

static void *get_memory(size_t size, void *unused VV_UNUSED)
{
	return vv_malloc(size);
}

static void put_memory(void *p, void *unused VV_UNUSED)
{
	vv_free(p);
}

/* --- from XML Schema to PCRE2 ----------------------------------------------- */

/* A pattern that is being rewritten. */
typedef struct rewriter {
	const char *start, *at, *end;
	vv_buf out;
	bool in_class;
	bool class_begins; /* nothing but "^" since the "[" */
	vv_error *err;
} rewriter;

static void rewriter_clear(rewriter *w)
{
	vv_buf_clear(&w->out);
}
VV_AUTO_CLEAR(rewriter, rewriter_clear)

typedef struct char_range {
	uint32_t from, to;
} char_range;

static const char_range space_chars[] = {{9, 10}, {13, 13}, {32, 32}};
/* NameStartChar and NameChar of XML 1.0, in order. */
static const char_range name_start_chars[] = {
	{':', ':'},       {'A', 'Z'},       {'_', '_'},       {'a', 'z'},
	{0xc0, 0xd6},     {0xd8, 0xf6},     {0xf8, 0x2ff},    {0x370, 0x37d},
	{0x37f, 0x1fff},  {0x200c, 0x200d}, {0x2070, 0x218f}, {0x2c00, 0x2fef},
	{0x3001, 0xd7ff}, {0xf900, 0xfdcf}, {0xfdf0, 0xfffd}, {0x10000, 0xeffff}};
static const char_range name_chars[] = {
	{'-', '.'},       {'0', ':'},       {'A', 'Z'},        {'_', '_'},       {'a', 'z'},
	{0xb7, 0xb7},     {0xc0, 0xd6},     {0xd8, 0xf6},      {0xf8, 0x37d},    {0x37f, 0x1fff},
	{0x200c, 0x200d}, {0x203f, 0x2040}, {0x2070, 0x218f},  {0x2c00, 0x2fef}, {0x3001, 0xd7ff},
	{0xf900, 0xfdcf}, {0xfdf0, 0xfffd}, {0x10000, 0xeffff}};

static vv_status refuse_pattern(const rewriter *w, const char *at, const char *what,
				const char *instead)
{
	return vv_fail(w->err, VV_EINPUT, "has %s, at byte %zu: %s", what, (size_t)(at - w->start),
		       instead);
}

/* Surrogates are not characters, and may not be named. */
static void put_range(vv_buf *out, uint32_t from, uint32_t to)
{
	if (from >= 0xd800 && from < 0xe000) {
		from = 0xe000;
	}
	if (from < 0xd800 && to >= 0xd800) {
		vv_buf_printf(out, "\\x{%x}-\\x{d7ff}", (unsigned)from);
		from = 0xe000;
	}
	if (from <= to) {
		vv_buf_printf(out, "\\x{%x}-\\x{%x}", (unsigned)from, (unsigned)to);
	}
}

/* The members of a class, or of all others, without the brackets. */
static void put_ranges(vv_buf *out, const char_range *ranges, size_t count, bool others)
{
	uint32_t next = 0;

	vv_array_each(ranges, count, range) {
		if (!others) {
			put_range(out, range->from, range->to);
		} else if (range->from > next) {
			put_range(out, next, range->from - 1);
		}
		next = range->to + 1;
	}
	if (others) {
		put_range(out, next, 0x10ffff);
	}
}

/* \d, \w, \s, \i, \c and their opposites; false: it is none of them. */
static bool put_class_escape(rewriter *w, char c)
{
	bool others = c >= 'A' && c <= 'Z';
	size_t from = w->out.len;

	vv_buf_puts(&w->out, w->in_class ? "" : "[");
	switch (c) {
	case 'd':
	case 'D':
		vv_buf_puts(&w->out, others ? "\\P{Nd}" : "\\p{Nd}");
		break;
	case 'w':
	case 'W':
		vv_buf_puts(&w->out, others ? "\\p{P}\\p{Z}\\p{C}" : "\\p{L}\\p{M}\\p{N}\\p{S}");
		break;
	case 's':
	case 'S':
		put_ranges(&w->out, space_chars, sizeof(space_chars) / sizeof(*space_chars),
			   others);
		break;
	case 'i':
	case 'I':
		put_ranges(&w->out, name_start_chars,
			   sizeof(name_start_chars) / sizeof(*name_start_chars), others);
		break;
	case 'c':
	case 'C':
		put_ranges(&w->out, name_chars, sizeof(name_chars) / sizeof(*name_chars), others);
		break;
	default:
		w->out.len = from;
		return false;
	}
	vv_buf_puts(&w->out, w->in_class ? "" : "]");
	return true;
}

/* count hexadecimal digits at s; false: there are fewer. */
static bool read_hex(uint32_t *out, const char *s, const char *end, size_t count)
{
	*out = 0;
	if ((size_t)(end - s) < count) return false;
	for (size_t i = 0; i < count; i++) {
		if (!vv_is_hex(s[i])) return false;
		*out = *out * 16 + (uint32_t)vv_hex_digit(s[i]);
	}
	return true;
}

/* \uXXXX, two of them for a character beyond U+FFFF; \UXXXXXXXX, \xXX; \u{X...} and \x{X...}. The
 * letter is at s. */
static vv_status put_code_point(rewriter *w, const char *from, const char *s)
{
	uint32_t cp = 0, low;
	bool ok;

	if (*s != 'U' && s + 1 < w->end && s[1] == '{') {
		const char *close = memchr(s, '}', (size_t)(w->end - s));
		size_t digits = close ? (size_t)(close - s) - 2 : 0;

		ok = digits > 0 && digits <= 6 && read_hex(&cp, s + 2, w->end, digits);
		w->at = ok ? close + 1 : s;
	} else {
		size_t digits = 2;

		if (*s == 'u') {
			digits = 4;
		} else if (*s == 'U') {
			digits = 8;
		}

		ok = read_hex(&cp, s + 1, w->end, digits);
		w->at = s + 1 + (ok ? digits : 0);
		if (ok && cp >= 0xd800 && cp < 0xdc00 && w->end - w->at >= 6 && w->at[0] == '\\' &&
		    w->at[1] == 'u' && read_hex(&low, w->at + 2, w->end, 4) && low >= 0xdc00 &&
		    low < 0xe000) {
			cp = 0x10000 + ((cp - 0xd800) << 10) + (low - 0xdc00);
			w->at += 6;
		}
	}
	if (!ok) {
		return refuse_pattern(
			w, from, "an incomplete code of a character",
			"write hexadecimal digits after \\u (four), \\x (two) and \\U (eight)");
	}
	if (cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000)) {
		return refuse_pattern(w, from, "a code that is not a character",
				      "codes from \\uD800 to \\uDFFF must be in pairs");
	}
	vv_buf_printf(&w->out, "\\x{%x}", (unsigned)cp);
	return VV_OK;
}

/* \p{...}: names of PCRE2 and XML Schema are the same but for blocks. */
static vv_status put_property(rewriter *w, const char *from, const char *s)
{
	bool braces = s + 1 < w->end && s[1] == '{';
	const char *name = s + 2;

	if (braces && w->end - name > 2 && memcmp(name, "Is", 2) == 0) {
		return refuse_pattern(
			w, from, "a block of Unicode, which is not supported",
			"write its range, such as [\\u0370-\\u03FF], or a script, such as "
			"\\p{Greek}");
	}
	w->at = s + 1;
	if (braces) {
		const char *close = memchr(name, '}', (size_t)(w->end - name));

		if (!close) {
			return refuse_pattern(w, from, "a property without its closing brace",
					      "write \\p{Lu}");
		}
		w->at = close + 1;
	}
	vv_buf_put(&w->out, from, (size_t)(w->at - from));
	return VV_OK;
}

static vv_status put_escape(rewriter *w)
{
	const char *from = w->at, *s = from + 1;

	if (s == w->end) {
		return refuse_pattern(w, from, "a backslash with nothing after it",
				      "write \\\\ for a backslash");
	}
	if (*s == 'u' || *s == 'U' || *s == 'x') return put_code_point(w, from, s);
	if (*s == 'p' || *s == 'P') return put_property(w, from, s);
	w->at = s + 1;
	if (put_class_escape(w, *s)) return VV_OK;
	bool punctuation = (unsigned char)*s < 0x80 && !vv_is_alnum(*s);
	if (!punctuation && ((unsigned char)*s >= 0x80 ||
			     !strchr(w->in_class ? "nrtfb" : "nrtfbBAzZk123456789", *s))) {
		w->at = from;
		return refuse_pattern(
			w, from, "an escape that XML Schema does not define",
			"a backslash may be followed by \\ | . - ^ $ ? * + ( ) { } [ ], and n r t "
			"d D w W s S i I c C p P u");
	}
	vv_buf_put(&w->out, from, 2);
	return VV_OK;
}

/* "{" begins {n}, {n,} or {n,m}, or is literal. Quantifiers of other engines that PCRE2 lacks
 * ({,m}; with blanks, as in its later versions) are refused. */
static vv_status put_brace(rewriter *w)
{
	const char *from = w->at, *least = vv_after_digits(from + 1, w->end);
	const bool comma = least < w->end && *least == ',';
	const char *s = comma ? vv_after_digits(least + 1, w->end) : least;

	if (least > from + 1 && s < w->end && *s == '}') {
		vv_buf_put(&w->out, from, (size_t)(s + 1 - from));
		w->at = s + 1;
		return VV_OK;
	}
	for (s = from + 1; s < w->end && *s != '\0' && strchr("0123456789, ", *s);) {
		s++;
	}
	if (s > from + 1 && s < w->end && *s == '}') {
		return refuse_pattern(w, from, "braces that are not a quantifier",
				      "write {n}, {n,} or {n,m}; {0,m} instead of {,m}");
	}
	vv_buf_puts(&w->out, "\\{");
	w->at = from + 1;
	return VV_OK;
}

/* "(": of what may follow "(?" whatever changes how the rest is to be read is refused. */
static vv_status put_group(rewriter *w)
{
	const char *s = w->at + 1;

	if (s < w->end && *s == '*') {
		return refuse_pattern(w, w->at, "'(*', which is not supported",
				      "write \\* for the character");
	}
	if (s < w->end && *s == '?') {
		const char *kind = s + 1;

		while (s + 1 < w->end && s[1] != '\0' && strchr("imsn-", s[1])) {
			s++;
		}
		if (s + 1 == w->end || s[1] == '\0' ||
		    !strchr(s + 1 == kind ? ":=!<>P|'" : ":)", s[1])) {
			return refuse_pattern(
				w, w->at, "a group that is not supported",
				"'(?' may be followed by : = ! <= <! <name> or the flags i m s");
		}
	}
	vv_buf_putc(&w->out, '(');
	w->at++;
	return VV_OK;
}

/* One character of a class, or its end. */
static vv_status put_member(rewriter *w)
{
	bool begins = w->class_begins;

	w->class_begins = false;
	switch (*w->at) {
	case '\\':
		return put_escape(w);
	case '[':
		if (w->at > w->start && w->at[-1] == '-') {
			return refuse_pattern(
				w, w->at, "subtraction of classes, which is not supported",
				"write the remaining characters, or \\[ for the character '['");
		}
		return refuse_pattern(
			w, w->at, "'[' within a class",
			"write \\[ for the character '['; classes within classes, such as "
			"[:alpha:], are not supported");
	case ']':
		w->in_class = begins; /* right after the "[" it is a member */
		break;
	case '^':
		w->class_begins = begins && w->at[-1] == '[';
		break;
	default:
		break;
	}
	vv_buf_putc(&w->out, *w->at++);
	return VV_OK;
}

static vv_status put_next(rewriter *w)
{
	if (w->in_class) return put_member(w);
	switch (*w->at) {
	case '\\':
		return put_escape(w);
	case '{':
		return put_brace(w);
	case '(':
		return put_group(w);
	case '[':
		w->in_class = w->class_begins = true;
		break;
	default:
		break;
	}
	vv_buf_putc(&w->out, *w->at++);
	return VV_OK;
}

/* Rewrites text, or as much of it as makes `most` bytes. */
static vv_status rewrite_text(rewriter *w, const char *text, size_t len, size_t most, vv_error *err)
{
	vv_status rc = VV_OK;

	*w = (rewriter){.start = text, .at = text, .end = text + len, .err = err};
	while (w->at < w->end && w->out.len < most) {
		if ((rc = put_next(w)) < 0) {
			break;
		}
	}
	return rc == VV_OK ? vv_buf_ok(&w->out, err) : rc;
}

/* The byte of the pattern from which this byte of the rewritten one was made. */
static size_t place_in_text(const char *text, size_t len, size_t at)
{
	vv_auto(rewriter) w = {0};

	rewrite_text(&w, text, len, at, NULL);
	return (size_t)(w.at - w.start);
}

/* --- PCRE2 ------------------------------------------------------------------ */

void vv_pattern_free(vv_pattern *p)
{
	if (p) {
		pcre2_code_free(p->code);
		pcre2_compile_context_free(p->compiling);
		pcre2_general_context_free(p->general);
		vv_free(p);
	}
}

static vv_status compile_text(vv_pattern *p, const char *text, size_t len, vv_error *err)
{
	vv_auto(rewriter) w = {0};
	unsigned char why[160];
	size_t at = 0;
	int code = 0;
	vv_status rc = rewrite_text(&w, text, len, SIZE_MAX, err);

	if (rc < 0) return rc;
	pcre2_set_parens_nest_limit(p->compiling, 100);
	pcre2_set_newline(p->compiling, PCRE2_NEWLINE_ANYCRLF); /* what "." is not */
	p->code = pcre2_compile((PCRE2_SPTR)vv_buf_cstr(&w.out), w.out.len,
				PCRE2_UTF | PCRE2_UCP | PCRE2_ANCHORED | PCRE2_ENDANCHORED |
					PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C,
				&code, &at, p->compiling);
	if (p->code) {
		/* without it (or the memory for it) matching is slower, no more */
		pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE);
	} else if (code == PCRE2_ERROR_NOMEMORY || code == 121 /* heap allocation failed */) {
		rc = vv_fail_nomem(err);
	} else {
		if (pcre2_get_error_message(code, why, sizeof(why)) < 0) {
			why[0] = '\0';
		}
		rc = vv_fail(err, VV_EINPUT, "is not a regular expression: %s, at byte %zu",
			     (const char *)why, place_in_text(text, len, at));
	}
	return rc;
}

vv_status vv_pattern_new(vv_pattern **out, const char *text, size_t len, vv_error *err)
{
	vv_auto(vv_pattern) *p = NULL;

	*out = NULL;
	if (len > VV_PATTERN_MAX) {
		return vv_fail(err, VV_EINPUT, "is longer than %u bytes", VV_PATTERN_MAX);
	}
	if (!(p = vv_calloc(1, sizeof(*p)))) return vv_fail_nomem(err);
	p->general = pcre2_general_context_create(get_memory, put_memory, NULL);
	p->compiling = p->general ? pcre2_compile_context_create(p->general) : NULL;
	vv_status rc = p->compiling ? compile_text(p, text, len, err) : vv_fail_nomem(err);
	return rc < 0 ? rc : vv_hand_over(out, &p);
}

void vv_pattern_scratch_free(vv_pattern_scratch *s)
{
	if (s) {
		pcre2_match_data_free(s->data);
		pcre2_jit_stack_free(s->stack);
		pcre2_match_context_free(s->limits);
		pcre2_general_context_free(s->general);
		vv_free(s);
	}
}

vv_pattern_scratch *vv_pattern_scratch_new(void)
{
	vv_auto(vv_pattern_scratch) *s = vv_calloc(1, sizeof(*s));

	if (!s) return NULL;
	s->general = pcre2_general_context_create(get_memory, put_memory, NULL);
	s->limits = s->general ? pcre2_match_context_create(s->general) : NULL;
	s->data = s->general ? pcre2_match_data_create(1, s->general) : NULL;
	if (!s->limits || !s->data) return NULL;
	pcre2_set_depth_limit(s->limits, VV_PATTERN_STEPS);
	pcre2_set_heap_limit(s->limits, 16u << 10); /* KiB */
	return vv_take(&s);
}

bool vv_pattern_spent(const vv_pattern_budget *b)
{
	return b && __atomic_load_n(&b->used, __ATOMIC_RELAXED) > VV_PATTERN_BUDGET;
}

static bool make_stack(vv_pattern_scratch *s)
{
	uint32_t jit = 0; /* PCRE2 may be built without its compiler; it then has no such stack */

	if (s->matches) return true;
	(void)pcre2_config(PCRE2_CONFIG_JIT, &jit);
	if (jit) {
		s->stack = pcre2_jit_stack_create(32u << 10, 1u << 20, s->general);
		if (!s->stack) return false;
		pcre2_jit_stack_assign(s->limits, NULL, s->stack);
	}
	s->matches = true;
	return true;
}

static int match_text(const vv_pattern *p, vv_pattern_scratch *scratch, const char *s, size_t len,
		      uint32_t steps)
{
	pcre2_set_match_limit(scratch->limits, steps);
	return pcre2_match(p->code, (PCRE2_SPTR)(len > 0 ? s : ""), len, 0, PCRE2_NO_UTF_CHECK,
			   scratch->data, scratch->limits);
}

/* The library does not report the steps it used: a text that needs more than its length allows is tried with
 * eight times as many, until it is decided. */
int vv_pattern_match(const vv_pattern *p, vv_pattern_scratch *scratch, const char *s, size_t len,
		     vv_pattern_budget *budget)
{
	uint32_t steps = VV_PATTERN_STEPS;
	int rc;

	if (!make_stack(scratch)) return VV_ENOMEM;
	if (budget && len < (VV_PATTERN_STEPS - FREE_STEPS) / FREE_STEPS_BYTE) {
		steps = FREE_STEPS + FREE_STEPS_BYTE * (uint32_t)len;
	}
	while ((rc = match_text(p, scratch, s, len, steps)) == PCRE2_ERROR_MATCHLIMIT &&
	       steps < VV_PATTERN_STEPS) {
		steps = steps < VV_PATTERN_STEPS / 8 ? steps * 8 : VV_PATTERN_STEPS;
		if (__atomic_add_fetch(&budget->used, steps, __ATOMIC_RELAXED) >
		    VV_PATTERN_BUDGET) {
			return VV_EREFUSED;
		}
	}
	if (rc >= 0) return 1;
	switch (rc) {
	case PCRE2_ERROR_NOMATCH:
		return 0;
	case PCRE2_ERROR_NOMEMORY:
		return VV_ENOMEM;
	default: /* match, depth, heap or machine stack limit */
		return VV_EREFUSED;
	}
}
