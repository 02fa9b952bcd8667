/*
 * condition_words: splits a condition into words, numbers, dates and texts, and puts in parameters.
 */
#include "base/array.h"
#include "dataset/rows/condition_internal.h"

#include <string.h>

#include "base/text.h"

vv_status vv_tokens_fail(const vv_tokens *p, size_t at, const char *what, const char *word,
			 size_t len)
{
	size_t character = 1;

	for (size_t i = 0; i < at; i++) {
		character += ((unsigned char)p->text[i] & 0xC0) != 0x80;
	}
	if (p->how->file) {
		return vv_fail(p->err, VV_EINPUT, word ? "%s:%zu:%zu: %s '%s'" : "%s:%zu:%zu: %s%s",
			       p->how->file, p->how->file_line, p->how->file_column + character - 1,
			       what, word ? vv_text_show(word, len) : "");
	}
	if (word) {
		return vv_fail(p->err, VV_EINPUT, "character %zu of the condition: %s '%s'",
			       character, what, vv_text_show(word, len));
	}
	return vv_fail(p->err, VV_EINPUT, "character %zu of the condition: %s", character, what);
}

static bool is_letter(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || ch == '_' ||
	       (unsigned char)ch >= 0x80;
}

static bool is_digit(char ch)
{
	return ch >= '0' && ch <= '9';
}

/* A name or string in quotes; the quote is written twice inside. */
static vv_status read_quoted(vv_tokens *p, char quote)
{
	vv_token *t = &p->now;
	char *out = vv_arena_alloc(p->arena, p->len - p->pos + 1);
	size_t i = p->pos + 1;

	if (!out) return vv_fail_nomem(p->err);
	t->text = out;
	t->len = 0;
	for (; i < p->len; i++) {
		if (p->text[i] == quote && (i + 1 == p->len || p->text[i + 1] != quote)) {
			break;
		}
		i += p->text[i] == quote;
		out[t->len++] = p->text[i];
	}
	if (i == p->len) {
		(void)vv_tokens_fail(p, p->pos,
				     quote == '\'' ? "a text has no closing quote"
						   : "a name has no closing quote",
				     NULL, 0);
		return vv_hint(p->err,
			       "add the closing quote (%c); for a %c within quotes, write %c%c",
			       quote, quote, quote, quote);
	}
	out[t->len] = '\0';
	t->type = quote == '\'' ? VV_TOKEN_STRING : VV_TOKEN_QUOTED;
	p->pos = i + 1;
	return VV_OK;
}

static void read_number(vv_tokens *p)
{
	size_t i = p->pos;

	while (i < p->len && is_digit(p->text[i])) {
		i++;
	}
	if (i + 1 < p->len && p->text[i] == '.' && is_digit(p->text[i + 1])) {
		for (i++; i < p->len && is_digit(p->text[i]); i++) {
		}
	}
	if (i < p->len && (p->text[i] == 'e' || p->text[i] == 'E')) {
		size_t k = i + 1;

		k += k < p->len && (p->text[k] == '-' || p->text[k] == '+');
		if (k < p->len && is_digit(p->text[k])) {
			for (i = k; i < p->len && is_digit(p->text[i]); i++) {
			}
		}
	}
	p->now.type = VV_TOKEN_NUMBER;
	p->pos = i;
}

/* The length of a date or time at s: 2024-05-17, 2024-05, 2024-05-17T10:00:00Z, 14:30, 14:30:00.5; 0: none. */
static size_t moment_length(const char *s, size_t len)
{
	static const char *const forms[] = {"0000-00-00", "0000-00", "00:00", NULL};

	for (size_t i = 0; forms[i]; i++) {
		size_t n = strlen(forms[i]), k = 0;

		while (k < n && k < len &&
		       (forms[i][k] == '0' ? is_digit(s[k]) : s[k] == forms[i][k])) {
			k++;
		}
		if (k < n) {
			continue;
		}
		if (k < len && (s[k] == 'T' || s[k] == ':')) {
			for (k++; k < len && (is_digit(s[k]) || strchr(":.+-Z", s[k])); k++) {
			}
		}
		return k == len || (!is_letter(s[k]) && !is_digit(s[k]) && s[k] != '-') ? k : 0;
	}
	return 0;
}

/* A number, a date or time, or, in a filter, another word that begins with a digit. */
static void read_digits(vv_tokens *p)
{
	size_t n = moment_length(p->text + p->pos, p->len - p->pos);

	if (n > 0) {
		p->now.type = VV_TOKEN_STRING;
		p->pos += n;
		return;
	}
	read_number(p);
	if (p->how->filter && p->pos < p->len && is_letter(p->text[p->pos])) {
		p->now.type = VV_TOKEN_STRING;
		while (p->pos < p->len &&
		       (is_letter(p->text[p->pos]) || is_digit(p->text[p->pos]))) {
			p->pos++;
		}
	}
}

/* Replaces a parameter, :NAME, by its text. */
static vv_status read_param(vv_tokens *p)
{
	vv_token *t = &p->now;
	size_t begin = ++p->pos;

	while (p->pos < p->len && (is_letter(p->text[p->pos]) || is_digit(p->text[p->pos]))) {
		p->pos++;
	}
	vv_array_each(p->how->params, p->how->param_count, x) {
		if (strlen(x->name) == p->pos - begin &&
		    memcmp(x->name, p->text + begin, p->pos - begin) == 0) {
			t->type = VV_TOKEN_STRING;
			t->len = x->len;
			t->text = vv_arena_strndup(p->arena, x->len > 0 ? x->text : "", x->len);
			return t->text ? VV_OK : vv_fail_nomem(p->err);
		}
	}
	return vv_tokens_fail(p, begin - 1, "no value was given for the parameter",
			      p->text + begin - 1, p->pos - begin + 1);
}

static vv_status read_sign(vv_tokens *p)
{
	static const char *const signs[] = {"<=", ">=", "<>", "!=", "==", "^=", "<",
					    ">",  "=",  "||", "+",  "-",  "*",  "/",
					    "%",  "(",  ")",  ",",  ".",  NULL};

	for (size_t i = 0; signs[i]; i++) {
		size_t n = strlen(signs[i]);

		if (p->len - p->pos >= n && memcmp(p->text + p->pos, signs[i], n) == 0) {
			p->now.type = VV_TOKEN_SIGN;
			p->pos += n;
			return VV_OK;
		}
	}
	vv_tokens_fail(p, p->pos, "not understood:", p->text + p->pos, 1);
	if (p->text[p->pos] == '&') return vv_hint(p->err, "write 'and'");
	if (p->text[p->pos] == '!') return vv_hint(p->err, "write 'not'");
	return vv_hint(p->err, p->text[p->pos] == '|'
				       ? "write 'or'"
				       : "write a text in single quotes: 'two words'");
}

vv_status vv_tokens_next(vv_tokens *p)
{
	vv_token *t = &p->now;
	vv_status rc = VV_OK;

	while (p->pos < p->len && strchr(" \t\r\n", p->text[p->pos]) && p->text[p->pos] != '\0') {
		p->pos++;
	}
	t->at = p->pos;
	t->text = p->text + p->pos;
	if (p->pos == p->len || (p->how->line && strchr("@#", p->text[p->pos]))) {
		t->type = VV_TOKEN_END;
		t->end = p->pos;
		t->len = 0;
		return VV_OK;
	}
	char ch = p->text[p->pos];
	if (ch == '\'' || ch == '"' || ch == '`' || (ch == ':' && p->how->params)) {
		rc = ch == ':' ? read_param(p) : read_quoted(p, ch);
		t->end = p->pos;
		return rc;
	}
	if (is_letter(ch)) {
		t->type = VV_TOKEN_NAME;
		while (p->pos < p->len &&
		       (is_letter(p->text[p->pos]) || is_digit(p->text[p->pos]))) {
			p->pos++;
		}
	} else if (is_digit(ch) ||
		   (ch == '.' && p->pos + 1 < p->len && is_digit(p->text[p->pos + 1]))) {
		read_digits(p);
	} else {
		rc = read_sign(p);
	}
	t->end = p->pos;
	t->len = p->pos - t->at;
	return rc;
}

bool vv_token_is_word(const vv_token *t, const char *word)
{
	if (t->type != VV_TOKEN_NAME || t->len != strlen(word)) return false;
	for (size_t i = 0; i < t->len; i++) {
		char ch = t->text[i];

		if ((ch >= 'A' && ch <= 'Z' ? ch - 'A' + 'a' : ch) != word[i]) return false;
	}
	return true;
}

bool vv_token_is_sign(const vv_token *t, const char *sign)
{
	return t->type == VV_TOKEN_SIGN && t->len == strlen(sign) &&
	       memcmp(t->text, sign, t->len) == 0;
}

bool vv_tokens_at_negative(const vv_tokens *p)
{
	size_t next = p->now.end;

	return vv_token_is_sign(&p->now, "-") && next < p->len &&
	       (is_digit(p->text[next]) || p->text[next] == '.') &&
	       moment_length(p->text + next, p->len - next) == 0;
}
