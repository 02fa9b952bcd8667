/*
 * condition: the words of the language and which kinds of values may stand beside
 * each other; turns a text into steps in reverse Polish order with a stack of operators
 * (Dijkstra's shunting yard): no recursion.
 */
#include "dataset/filter/condition.h"

#include <stdio.h>
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "dataset/filter/condition_code.h"

typedef enum token_type {
	TOKEN_END,
	TOKEN_NAME,
	TOKEN_QUOTED,
	TOKEN_STRING,
	TOKEN_NUMBER,
	TOKEN_SIGN
} token_type;

typedef struct token {
	token_type type;
	size_t at, end;   /* in the text */
	const char *text; /* names and strings without quotes; signs as they are */
	size_t len;
} token;

typedef struct tokens {
	const char *text;
	size_t len, pos;
	token now;
	const vv_condition_how *how;
	vv_arena *arena; /* of decoded texts */
	vv_error *err;
} tokens;

static vv_status fail_at(const tokens *p, size_t at, const char *what, const char *word, size_t len)
{
	size_t character = 1;

	for (size_t i = 0; i < at; i++) {
		character += ((unsigned char)p->text[i] & 0xC0) != 0x80;
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
static vv_status read_quoted(tokens *p, char quote)
{
	token *t = &p->now;
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
		(void)fail_at(p, p->pos,
			      quote == '\'' ? "a text that does not end"
					    : "a name that does not end",
			      NULL, 0);
		return vv_hint(p->err, "within quotes a %c is written twice", quote);
	}
	out[t->len] = '\0';
	t->type = quote == '\'' ? TOKEN_STRING : TOKEN_QUOTED;
	p->pos = i + 1;
	return VV_OK;
}

static void read_number(tokens *p)
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
	p->now.type = TOKEN_NUMBER;
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
static void read_digits(tokens *p)
{
	size_t n = moment_length(p->text + p->pos, p->len - p->pos);

	if (n > 0) {
		p->now.type = TOKEN_STRING;
		p->pos += n;
		return;
	}
	read_number(p);
	if (p->how->filter && p->pos < p->len && is_letter(p->text[p->pos])) {
		p->now.type = TOKEN_STRING;
		while (p->pos < p->len &&
		       (is_letter(p->text[p->pos]) || is_digit(p->text[p->pos]))) {
			p->pos++;
		}
	}
}

/* A parameter, :NAME, is the text that it stands for. */
static vv_status read_param(tokens *p)
{
	token *t = &p->now;
	size_t begin = ++p->pos;

	while (p->pos < p->len && (is_letter(p->text[p->pos]) || is_digit(p->text[p->pos]))) {
		p->pos++;
	}
	for (size_t i = 0; i < p->how->param_count; i++) {
		const vv_condition_param *x = &p->how->params[i];

		if (strlen(x->name) == p->pos - begin &&
		    memcmp(x->name, p->text + begin, p->pos - begin) == 0) {
			t->type = TOKEN_STRING;
			t->len = x->len;
			t->text = vv_arena_strndup(p->arena, x->len > 0 ? x->text : "", x->len);
			return t->text ? VV_OK : vv_fail_nomem(p->err);
		}
	}
	return fail_at(p, begin - 1, "not among the parameters:", p->text + begin - 1,
		       p->pos - begin + 1);
}

static vv_status read_sign(tokens *p)
{
	static const char *const signs[] = {"<=", ">=", "<>", "!=", "==", "^=", "<", ">", "=",
					    "+",  "-",  "*",  "/",  "(",  ")",  ",", NULL};

	for (size_t i = 0; signs[i]; i++) {
		size_t n = strlen(signs[i]);

		if (p->len - p->pos >= n && memcmp(p->text + p->pos, signs[i], n) == 0) {
			p->now.type = TOKEN_SIGN;
			p->pos += n;
			return VV_OK;
		}
	}
	fail_at(p, p->pos, "not understood:", p->text + p->pos, 1);
	return vv_hint(p->err, "a text is written in single quotes: 'two words'");
}

static vv_status next_token(tokens *p)
{
	token *t = &p->now;
	vv_status rc = VV_OK;

	while (p->pos < p->len && strchr(" \t\r\n", p->text[p->pos]) && p->text[p->pos] != '\0') {
		p->pos++;
	}
	t->at = p->pos;
	t->text = p->text + p->pos;
	if (p->pos == p->len) {
		t->type = TOKEN_END;
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
		t->type = TOKEN_NAME;
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

static bool token_is_word(const token *t, const char *word)
{
	if (t->type != TOKEN_NAME || t->len != strlen(word)) return false;
	for (size_t i = 0; i < t->len; i++) {
		char ch = t->text[i];

		if ((ch >= 'A' && ch <= 'Z' ? ch - 'A' + 'a' : ch) != word[i]) return false;
	}
	return true;
}

static bool token_is_sign(const token *t, const char *sign)
{
	return t->type == TOKEN_SIGN && t->len == strlen(sign) &&
	       memcmp(t->text, sign, t->len) == 0;
}

/* What a value on the stack will be. */
typedef struct term {
	vv_operand_kind kind;
	vv_type type;          /* TIME */
	const vv_field *field; /* a column's; else NULL */
	size_t literal;        /* number of the literal; else SIZE_MAX */
	size_t at;             /* in the text */
} term;

static vv_operand_kind kind_of_type(vv_type t)
{
	switch (t) {
	case VV_TYPE_NUMBER:
	case VV_TYPE_INTEGER:
	case VV_TYPE_YEAR:
		return VV_OPERAND_NUMBER;
	case VV_TYPE_BOOLEAN:
		return VV_OPERAND_BOOLEAN;
	case VV_TYPE_DATE:
	case VV_TYPE_TIME:
	case VV_TYPE_DATETIME:
	case VV_TYPE_YEARMONTH:
		return VV_OPERAND_TIME;
	case VV_TYPE_STRING:
	case VV_TYPE_ANY:
		return VV_OPERAND_TEXT;
	default:
		return VV_OPERAND_OPAQUE;
	}
}

static const char *kind_name(const term *n)
{
	switch (n->kind) {
	case VV_OPERAND_NUMBER:
		return "a number";
	case VV_OPERAND_TEXT:
		return "a text";
	case VV_OPERAND_BOOLEAN:
		return "true or false";
	case VV_OPERAND_TIME:
		return n->type == VV_TYPE_TIME        ? "a time"
		       : n->type == VV_TYPE_DATE      ? "a date"
		       : n->type == VV_TYPE_YEARMONTH ? "a month"
						      : "a date and time";
	default:
		return n->field ? vv_type_name(n->field->type) : "a value";
	}
}

/* A literal that is compared with a column of dates: as the column spells them, or as ISO 8601 does. */
static vv_status make_time(tokens *t, vv_literal *l, size_t at, const vv_field *f)
{
	static const vv_type iso[] = {VV_TYPE_DATE, VV_TYPE_DATETIME};
	const char *s = l->value.text;
	size_t len = l->value.len;

	if (vv_operand_read_time(&l->value, f, s, len)) return VV_OK;
	l->spelled = false;
	if (f->plan) {
		vv_field plain = *f;

		plain.plan = NULL;
		if (vv_operand_read_time(&l->value, &plain, s, len)) return VV_OK;
	}
	for (size_t i = 0; i < 2 && (f->type == VV_TYPE_DATE || f->type == VV_TYPE_DATETIME); i++) {
		vv_field plain = *f;

		plain.plan = NULL;
		plain.type = iso[i];
		if (vv_operand_read_time(&l->value, &plain, s, len)) return VV_OK;
	}
	fail_at(t, at,
		f->type == VV_TYPE_TIME   ? "not a time:"
		: f->type == VV_TYPE_DATE ? "not a date:"
					  : "not a date and time:",
		s, len);
	return vv_hint(t->err, "column '%s' is a %s: write %s", vv_text_name(f->name, f->name_len),
		       vv_type_name(f->type),
		       f->type == VV_TYPE_TIME        ? "'14:30:00'"
		       : f->type == VV_TYPE_YEARMONTH ? "'2024-05'"
						      : "'2024-05-17'");
}

/* As the column spells numbers; those of the text of the condition are as JSON has them. */
static vv_status make_number(tokens *t, vv_literal *l, const vv_field *f)
{
	vv_auto(vv_buf) digits = VV_BUF_INIT;
	bool failed = false;

	if (vv_operand_usual(f) &&
	    vv_small_read(&l->value.small, l->value.text, l->value.len, true)) {
		l->value.state = VV_VALUE_SMALL;
		return VV_OK;
	}
	l->large = vv_arena_alloc(t->arena, sizeof(*l->large));
	if (l->large) {
		vv_operand_read_number(&l->value, l->large, &digits,
				       f->type == VV_TYPE_YEAR ? NULL : f, l->value.text,
				       l->value.len, &failed);
	}
	return failed || !l->large ? vv_fail_nomem(t->err) : VV_OK;
}

static vv_status make_boolean(vv_literal *l, const vv_field *f)
{
	l->value.truth = vv_operand_read_boolean(f, l->value.text, l->value.len);
	return VV_OK;
}

/* The value that a filter's literal is beside a column, whatever kind it looked like. */
static vv_status make_value(tokens *t, vv_literal *l, const term *n, const vv_field *f)
{
	vv_operand *v = &l->value;
	const vv_cell cell = {.text = v->text, .len = (uint32_t)v->len, .state = VV_CELL_TEXT};
	vv_operand_kind kind = kind_of_type(f->type);

	if (n->kind == VV_OPERAND_NUMBER && kind == VV_OPERAND_NUMBER) {
		l->spelled = vv_operand_usual(f) && vv_field_accepts(f, &cell);
		return VV_OK;
	}
	if (n->kind == VV_OPERAND_BOOLEAN && kind == VV_OPERAND_BOOLEAN) return VV_OK;
	if (vv_field_missing(f, &cell)) {
		fail_at(t, n->at, "means a missing value:", v->text, v->len);
		return vv_hint(t->err, "write: \"%s\" is null", vv_text_name(f->name, f->name_len));
	}
	v->state = VV_VALUE_SMALL;
	l->spelled = vv_field_accepts(f, &cell);
	if (kind == VV_OPERAND_TIME) return make_time(t, l, n->at, f);
	if (kind != VV_OPERAND_TEXT && !l->spelled) {
		fail_at(t, n->at, "not a value of the column:", v->text, v->len);
		return vv_hint(t->err,
			       "column '%s' has type %s; text(\"%s\") is its text in the file",
			       vv_text_name(f->name, f->name_len), vv_type_name(f->type),
			       vv_text_name(f->name, f->name_len));
	}
	return kind == VV_OPERAND_NUMBER    ? make_number(t, l, f)
	       : kind == VV_OPERAND_BOOLEAN ? make_boolean(l, f)
					    : VV_OK;
}

static bool same_time(vv_type a, vv_type b)
{
	bool day_a = a == VV_TYPE_DATE || a == VV_TYPE_DATETIME,
	     day_b = b == VV_TYPE_DATE || b == VV_TYPE_DATETIME;

	return a == b || (day_a && day_b);
}

/* Can a value of kind x stand beside one of kind y (here: other, at `at`)? */
static vv_status terms_fit(vv_condition *c, tokens *t, const term *x, term *y, size_t at)
{
	if (x->kind == VV_OPERAND_ANY || y->kind == VV_OPERAND_ANY) return VV_OK;
	if (t->how->filter && y->literal != SIZE_MAX && x->kind != VV_OPERAND_OPAQUE &&
	    (x->field || x->kind == VV_OPERAND_TEXT)) {
		vv_status rc = x->field ? make_value(t, &c->literals[y->literal], y, x->field)
					: VV_OK;

		y->kind = x->kind;
		y->type = x->type;
		return rc;
	}
	if (x->kind == VV_OPERAND_TIME && y->kind == VV_OPERAND_TEXT && y->literal != SIZE_MAX &&
	    x->field) {
		vv_status rc = make_time(t, &c->literals[y->literal], y->at, x->field);

		y->kind = VV_OPERAND_TIME;
		y->type = x->type;
		return rc;
	}
	if (x->kind == VV_OPERAND_OPAQUE || y->kind == VV_OPERAND_OPAQUE) {
		const term *n = x->kind == VV_OPERAND_OPAQUE ? x : y;

		fail_at(t, n->at, "cannot be compared: a value of type", kind_name(n),
			strlen(kind_name(n)));
		return vv_hint(t->err, "it can only be tested with 'is null'");
	}
	if (x->kind == y->kind && (x->kind != VV_OPERAND_TIME || same_time(x->type, y->type))) {
		return VV_OK;
	}
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_buf_printf(&b, "%s cannot be compared with %s", kind_name(x), kind_name(y));
	fail_at(t, at, vv_buf_cstr(&b), NULL, 0);
	return (x->kind == VV_OPERAND_NUMBER && y->literal != SIZE_MAX &&
		y->kind == VV_OPERAND_TEXT) ||
			       (y->kind == VV_OPERAND_NUMBER && x->literal != SIZE_MAX &&
				x->kind == VV_OPERAND_TEXT)
		       ? vv_hint(t->err, "numbers are written without quotes")
		       : VV_EINPUT;
}

static vv_status want_kind(tokens *t, const term *n, vv_operand_kind kind, size_t at)
{
	static const term wanted[] = {[VV_OPERAND_NUMBER] = {.kind = VV_OPERAND_NUMBER},
				      [VV_OPERAND_TEXT] = {.kind = VV_OPERAND_TEXT},
				      [VV_OPERAND_BOOLEAN] = {.kind = VV_OPERAND_BOOLEAN}};
	vv_auto(vv_buf) b = VV_BUF_INIT;

	if (n->kind == kind || n->kind == VV_OPERAND_ANY) return VV_OK;
	vv_buf_printf(&b, "wants %s, not %s", kind_name(&wanted[kind]), kind_name(n));
	fail_at(t, at, vv_buf_cstr(&b), NULL, 0);
	return VV_EINPUT;
}

typedef enum op_code {
	OP_OPEN,
	OP_CALL,
	OP_OR,
	OP_AND,
	OP_NOT,
	OP_COMPARE,
	OP_SUM,
	OP_PRODUCT,
	OP_NEGATE
} op_code;

/* An operator that waits for its right side; later ones bind tighter. */
typedef struct op {
	op_code code;
	vv_step_code step;
	size_t at;
	bool second; /* of between: its 'and' was there */
} op;

typedef struct parser {
	vv_condition *c;
	tokens t;
	op ops[VV_CONDITION_DEPTH];
	size_t op_count;
	term nodes[VV_CONDITION_DEPTH];
	size_t node_count;
	size_t step_room, literal_room;
	bool *used;    /* columns */
	vv_error *err; /* never NULL */
} parser;

static vv_status add_step(parser *p, const vv_step *step)
{
	vv_condition *c = p->c;

	if (c->step_count == p->step_room) {
		size_t room = p->step_room ? p->step_room * 2 : 16;
		vv_step *steps = vv_arena_calloc(&c->arena, room, sizeof(*steps));

		if (!steps) return vv_fail_nomem(p->err);
		if (c->step_count > 0) {
			memcpy(steps, c->steps, c->step_count * sizeof(*steps));
		}
		c->steps = steps;
		p->step_room = room;
	}
	c->steps[c->step_count++] = *step;
	return VV_OK;
}

static vv_status add_literal(parser *p, const vv_literal *l)
{
	vv_condition *c = p->c;

	if (c->literal_count == p->literal_room) {
		size_t room = p->literal_room ? p->literal_room * 2 : 16;
		vv_literal *literals = vv_arena_calloc(&c->arena, room, sizeof(*literals));

		if (!literals) return vv_fail_nomem(p->err);
		if (c->literal_count > 0) {
			memcpy(literals, c->literals, c->literal_count * sizeof(*literals));
		}
		c->literals = literals;
		p->literal_room = room;
	}
	c->literals[c->literal_count++] = *l;
	return VV_OK;
}

static vv_status push_node(parser *p, const term *n, const vv_step *step)
{
	if (p->node_count == VV_CONDITION_DEPTH) {
		return fail_at(&p->t, n->at, "nested too deeply", NULL, 0);
	}
	p->nodes[p->node_count++] = *n;
	return add_step(p, step);
}

static vv_status push_op(parser *p, op_code code, vv_step_code step, size_t at)
{
	if (p->op_count == VV_CONDITION_DEPTH) {
		return fail_at(&p->t, at, "nested too deeply", NULL, 0);
	}
	p->ops[p->op_count++] = (op){code, step, at, false};
	return VV_OK;
}

static vv_status fail_column(parser *p, const token *t)
{
	const vv_schema *s = p->c->schema;
	vv_nearest near;
	char word[256];

	fail_at(&p->t, t->at, "no such column", t->text, t->len);
	if (p->t.how->filter) {
		(void)vv_recode(p->err, VV_ENOTFOUND);
	}
	(void)snprintf(word, sizeof(word), "%.*s", t->len < sizeof(word) ? (int)t->len : 0,
		       t->text);
	vv_nearest_init(&near, word);
	for (size_t i = 0; *word && i < s->count && i < 4096; i++) {
		(void)vv_nearest_try(&near, s->fields[i].name);
	}
	if (near.best) return vv_hint(p->err, "did you mean '%s'?", vv_text_shows(near.best));
	return t->type == TOKEN_NAME ? vv_hint(p->err, "a text is written in single quotes: '%s'",
					       vv_text_show(t->text, t->len))
				     : p->err->code;
}

static vv_status push_literal(parser *p, const token *t);

static long find_column(const parser *p, const token *t)
{
	const vv_condition_how *how = p->t.how;

	return how->find ? how->find(how->payload, t->text, t->len)
			 : vv_schema_find(p->c->schema, t->text, t->len);
}

/* Is it the right side of a comparison that is wanted? */
static bool after_comparison(const parser *p)
{
	return p->op_count > 0 && p->ops[p->op_count - 1].code == OP_COMPARE;
}

static vv_status push_column(parser *p, const token *t)
{
	term n = {.kind = VV_OPERAND_ANY, .literal = SIZE_MAX, .at = t->at};
	vv_step step = {.code = VV_STEP_COLUMN, .kind = VV_OPERAND_ANY};

	if (p->c->schema) {
		long place = find_column(p, t);

		if (place < 0 && t->type == TOKEN_NAME && p->t.how->filter && after_comparison(p)) {
			return push_literal(p, t);
		}
		if (place < 0) return fail_column(p, t);
		step.at = (size_t)place;
		n.field = &p->c->schema->fields[place];
		n.type = n.field->type;
		n.kind = step.kind = kind_of_type(n.type);
		p->used[place] = true;
	}
	return push_node(p, &n, &step);
}

static vv_status read_literal_number(parser *p, vv_literal *l, const token *t)
{
	bool negative = t->text[0] == '-', failed = false;
	const char *digits = t->text + negative;
	size_t len = t->len - negative;
	vv_auto(vv_buf) room = VV_BUF_INIT;

	if (vv_small_read(&l->value.small, digits, len, true)) {
		l->value.small.mantissa = negative ? -l->value.small.mantissa
						   : l->value.small.mantissa;
		return VV_OK;
	}
	l->large = vv_arena_alloc(&p->c->arena, sizeof(*l->large));
	if (!l->large) return vv_fail_nomem(p->err);
	vv_operand_read_number(&l->value, l->large, &room, NULL, digits, len, &failed);
	if (failed) return vv_fail_nomem(p->err);
	l->large->above.negative = negative && l->large->above.count > 0;
	return l->value.state == VV_VALUE_LARGE
		       ? VV_OK
		       : fail_at(&p->t, t->at, "too long a number", NULL, 0);
}

/* The literal t; *kind tells which. */
static vv_status read_literal(parser *p, vv_literal *l, const token *t, vv_operand_kind *kind)
{
	*l = (vv_literal){
		.value.state = VV_VALUE_SMALL, .value.text = t->text, .value.len = t->len};
	if (t->type == TOKEN_NUMBER) {
		*kind = VV_OPERAND_NUMBER;
		return read_literal_number(p, l, t);
	}
	*kind = VV_OPERAND_TEXT;
	if (token_is_word(t, "true") || token_is_word(t, "false")) {
		*kind = VV_OPERAND_BOOLEAN;
		l->value.truth = token_is_word(t, "true");
	}
	return VV_OK;
}

static bool at_literal(const parser *p)
{
	return p->t.now.type == TOKEN_NUMBER || p->t.now.type == TOKEN_STRING ||
	       token_is_word(&p->t.now, "true") || token_is_word(&p->t.now, "false");
}

static vv_status push_literal(parser *p, const token *t)
{
	term n = {.literal = p->c->literal_count, .at = t->at};
	vv_step step = {.code = VV_STEP_LITERAL, .at = n.literal};
	vv_literal l;
	vv_status rc = read_literal(p, &l, t, &n.kind);

	step.kind = n.kind;
	if (rc < 0 || (rc = add_literal(p, &l)) < 0) return rc;
	return push_node(p, &n, &step);
}

/* A '-' right before a number is part of it. */
static vv_status take_sign(parser *p)
{
	size_t at = p->t.now.at;
	vv_status rc = next_token(&p->t);

	if (rc == VV_OK && p->t.now.type == TOKEN_NUMBER) {
		p->t.now.at = at;
		p->t.now.text = p->t.text + at;
		p->t.now.len = p->t.now.end - at;
	}
	return rc;
}

static bool at_negative(const parser *p)
{
	size_t next = p->t.now.end;

	return token_is_sign(&p->t.now, "-") && next < p->t.len &&
	       (is_digit(p->t.text[next]) || p->t.text[next] == '.') &&
	       moment_length(p->t.text + next, p->t.len - next) == 0;
}

static bool is_text_step(vv_step_code code)
{
	return code == VV_STEP_BEGINS || code == VV_STEP_LIKE || code == VV_STEP_NOT_LIKE;
}

/* Begins with, and like: of the text of a column of any type. */
static vv_status fit_texts(parser *p, const term *x, term *y, size_t at)
{
	if (x->literal == SIZE_MAX &&
	    (x->field || x->kind == VV_OPERAND_TEXT || x->kind == VV_OPERAND_ANY) &&
	    (y->literal != SIZE_MAX || y->kind == VV_OPERAND_ANY)) {
		return VV_OK;
	}
	return fail_at(&p->t, at, "compares the text of a column with a value", NULL, 0);
}

/* Comparison of the two values on top, or of three. */
static vv_status emit_compare(parser *p, const op *o)
{
	bool between = o->step == VV_STEP_BETWEEN || o->step == VV_STEP_NOT_BETWEEN;
	vv_step step = {.code = o->step};
	vv_status rc;

	if (between && !o->second) {
		return fail_at(&p->t, o->at, "'between' takes two values: between 1 and 9", NULL,
			       0);
	}
	term *y = &p->nodes[p->node_count - 1];
	term *x = y - 1 - between;
	bool swapped = x->literal != SIZE_MAX && y->literal == SIZE_MAX;
	if (p->t.how->filter && x->literal != SIZE_MAX && y->literal != SIZE_MAX) {
		return fail_at(&p->t, o->at, "compares no column", NULL, 0);
	}
	if ((rc = is_text_step(o->step) ? fit_texts(p, x, y, o->at)
		  : swapped             ? terms_fit(p->c, &p->t, y, x, o->at)
					: terms_fit(p->c, &p->t, x, y, o->at)) < 0 ||
	    (between && (rc = terms_fit(p->c, &p->t, x, y - 1, o->at)) < 0)) {
		return rc;
	}
	step.kind = x->kind;
	if (x->kind == VV_OPERAND_BOOLEAN && !is_text_step(o->step) && o->step != VV_STEP_EQUAL &&
	    o->step != VV_STEP_NOT_EQUAL) {
		return fail_at(&p->t, o->at, "true and false have no order", NULL, 0);
	}
	p->node_count -= 1 + between;
	*x = (term){.kind = VV_OPERAND_BOOLEAN, .literal = SIZE_MAX, .at = x->at};
	return add_step(p, &step);
}

static vv_status emit(parser *p, const op *o)
{
	vv_operand_kind kind = o->code == OP_AND || o->code == OP_OR || o->code == OP_NOT
				       ? VV_OPERAND_BOOLEAN
				       : VV_OPERAND_NUMBER;
	size_t operands = o->code == OP_NOT || o->code == OP_NEGATE ? 1 : 2;
	vv_step step = {.code = o->step, .kind = kind};
	vv_status rc;

	if (o->code == OP_COMPARE) return emit_compare(p, o);
	for (size_t i = p->node_count - operands; i < p->node_count; i++) {
		if ((rc = want_kind(&p->t, &p->nodes[i], kind, o->at)) < 0) return rc;
	}
	p->node_count -= operands - 1;
	p->nodes[p->node_count - 1] = (term){
		.kind = kind, .literal = SIZE_MAX, .at = p->nodes[p->node_count - 1].at};
	return add_step(p, &step);
}

/* Works off what binds at least as tightly as code. */
static vv_status reduce(parser *p, op_code code)
{
	vv_status rc;

	while (p->op_count > 0 && p->ops[p->op_count - 1].code >= code &&
	       p->ops[p->op_count - 1].code > OP_CALL) {
		if ((rc = emit(p, &p->ops[--p->op_count])) < 0) return rc;
	}
	return VV_OK;
}

static vv_status close_parenthesis(parser *p)
{
	vv_status rc = reduce(p, OP_OR);

	if (rc < 0) return rc;
	term *n = &p->nodes[p->node_count - 1];
	if (p->op_count == 0) return fail_at(&p->t, p->t.now.at, "a ')' without '('", NULL, 0);
	const op *open = &p->ops[--p->op_count];
	if (open->code == OP_OPEN) return VV_OK;
	vv_step step = {.code = open->step, .kind = VV_OPERAND_NUMBER};
	if (open->step == VV_STEP_TEXT) {
		step.kind = VV_OPERAND_TEXT;
		if (!n->field && n->kind != VV_OPERAND_ANY) {
			return fail_at(&p->t, open->at, "text() takes a column", NULL, 0);
		}
	} else if ((rc = want_kind(&p->t, n, VV_OPERAND_TEXT, open->at)) < 0) {
		return rc;
	}
	*n = (term){.kind = step.kind, .literal = SIZE_MAX, .at = open->at};
	return add_step(p, &step);
}

/* in (1, 2, 3): the list after the word. */
static vv_status read_list(parser *p, bool inverted, size_t at)
{
	term x = p->nodes[p->node_count - 1];
	vv_step step = {.code = inverted ? VV_STEP_NOT_IN : VV_STEP_IN,
			.kind = x.kind,
			.at = p->c->literal_count};
	vv_status rc;

	if (!token_is_sign(&p->t.now, "(")) {
		return fail_at(&p->t, p->t.now.at, "'in' takes a list: in (1, 2)", NULL, 0);
	}
	do {
		term item = {.literal = p->c->literal_count};
		vv_literal l;

		if ((rc = next_token(&p->t)) < 0) return rc;
		if (at_negative(p) && (rc = take_sign(p)) < 0) return rc;
		if (!at_literal(p) && !(p->t.how->filter && p->t.now.type == TOKEN_NAME)) {
			return fail_at(&p->t, p->t.now.at,
				       "a list holds only numbers, 'texts', true and false", NULL,
				       0);
		}
		if (step.count++ == VV_CONDITION_ITEMS) {
			return fail_at(&p->t, p->t.now.at, "too long a list", NULL, 0);
		}
		item.at = p->t.now.at;
		if ((rc = read_literal(p, &l, &p->t.now, &item.kind)) < 0 ||
		    (rc = add_literal(p, &l)) < 0 ||
		    (rc = terms_fit(p->c, &p->t, &x, &item, item.at)) < 0 ||
		    (rc = next_token(&p->t)) < 0) {
			return rc;
		}
	} while (token_is_sign(&p->t.now, ","));
	if (!token_is_sign(&p->t.now, ")")) {
		return fail_at(&p->t, p->t.now.at, "the list has no ')'", NULL, 0);
	}
	p->nodes[p->node_count - 1] = (term){
		.kind = VV_OPERAND_BOOLEAN, .literal = SIZE_MAX, .at = at};
	return (rc = add_step(p, &step)) < 0 ? rc : next_token(&p->t);
}

/* is null, is not null: after the word "is". */
static vv_status read_null(parser *p)
{
	vv_step step = {.code = VV_STEP_IS_NULL, .kind = VV_OPERAND_BOOLEAN};
	vv_status rc;

	if (token_is_word(&p->t.now, "not")) {
		step.code = VV_STEP_IS_NOT_NULL;
		if ((rc = next_token(&p->t)) < 0) return rc;
	}
	if (!token_is_word(&p->t.now, "null")) {
		return fail_at(&p->t, p->t.now.at, "after 'is' comes 'null' or 'not null'", NULL,
			       0);
	}
	p->nodes[p->node_count - 1] = (term){.kind = VV_OPERAND_BOOLEAN,
					     .literal = SIZE_MAX,
					     .at = p->nodes[p->node_count - 1].at};
	return (rc = add_step(p, &step)) < 0 ? rc : next_token(&p->t);
}

static bool is_keyword(const token *t)
{
	static const char *const words[] = {"and", "or", "in", "is", "null", "like", "between"};
	bool is = false;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		is = is || token_is_word(t, words[i]);
	}
	return is;
}

/* Where a value is to come. *more: one still is. */
static vv_status read_operand(parser *p, bool *more)
{
	token t = p->t.now;
	vv_status rc;

	*more = true;
	if (token_is_sign(&t, "(")) {
		return (rc = push_op(p, OP_OPEN, VV_STEP_LITERAL, t.at)) < 0 ? rc
									     : next_token(&p->t);
	}
	if (at_negative(p)) {
		if ((rc = take_sign(p)) < 0) return rc;
		t = p->t.now;
	}
	if (token_is_sign(&t, "-")) {
		return (rc = push_op(p, OP_NEGATE, VV_STEP_NEGATE, t.at)) < 0 ? rc
									      : next_token(&p->t);
	}
	if (token_is_word(&t, "not")) {
		return (rc = push_op(p, OP_NOT, VV_STEP_NOT, t.at)) < 0 ? rc : next_token(&p->t);
	}
	if (t.type == TOKEN_END) {
		fail_at(&p->t, t.at, "ends where a value is missing", NULL, 0);
		return p->t.how->filter
			       ? vv_hint(p->err,
					 "cells without a value are found by: COLUMN is null")
			       : VV_EINPUT;
	}
	if (at_literal(p)) {
		*more = false;
		return (rc = push_literal(p, &t)) < 0 ? rc : next_token(&p->t);
	}
	if (is_keyword(&t)) {
		fail_at(&p->t, t.at, "a value is missing before", t.text, t.len);
		return token_is_word(&t, "null")
			       ? vv_hint(p->err, "write 'is null' or 'is not null'")
			       : vv_hint(p->err, "a column of that name is written \"%s\"",
					 vv_text_show(t.text, t.len));
	}
	if (t.type != TOKEN_NAME && t.type != TOKEN_QUOTED) {
		return fail_at(&p->t, t.at, "a value is missing before", t.text, t.len);
	}
	if ((rc = next_token(&p->t)) < 0) return rc;
	if (t.type == TOKEN_NAME && token_is_sign(&p->t.now, "(")) {
		bool text = token_is_word(&t, "text");

		if (!text && !token_is_word(&t, "length")) {
			fail_at(&p->t, t.at, "no such function", t.text, t.len);
			return vv_hint(p->err, "there are length(TEXT) and text(COLUMN)");
		}
		rc = push_op(p, OP_CALL, text ? VV_STEP_TEXT : VV_STEP_LENGTH, t.at);
		return rc < 0 ? rc : next_token(&p->t);
	}
	*more = false;
	return push_column(p, &t);
}

static bool find_binary(const token *t, op *out)
{
	static const struct {
		const char *sign;
		op_code code;
		vv_step_code step;
	} table[] = {
		{"=", OP_COMPARE, VV_STEP_EQUAL},      {"==", OP_COMPARE, VV_STEP_EQUAL},
		{"!=", OP_COMPARE, VV_STEP_NOT_EQUAL}, {"<>", OP_COMPARE, VV_STEP_NOT_EQUAL},
		{"<", OP_COMPARE, VV_STEP_LESS},       {"<=", OP_COMPARE, VV_STEP_LESS_EQUAL},
		{">", OP_COMPARE, VV_STEP_GREATER},    {">=", OP_COMPARE, VV_STEP_GREATER_EQUAL},
		{"^=", OP_COMPARE, VV_STEP_BEGINS},    {"+", OP_SUM, VV_STEP_ADD},
		{"-", OP_SUM, VV_STEP_SUBTRACT},       {"*", OP_PRODUCT, VV_STEP_MULTIPLY},
		{"/", OP_PRODUCT, VV_STEP_DIVIDE}};

	out->at = t->at;
	if (token_is_word(t, "and") || token_is_word(t, "or")) {
		out->code = token_is_word(t, "and") ? OP_AND : OP_OR;
		out->step = token_is_word(t, "and") ? VV_STEP_AND : VV_STEP_OR;
		return true;
	}
	if (token_is_word(t, "like") || token_is_word(t, "between")) {
		out->code = OP_COMPARE;
		out->step = token_is_word(t, "like") ? VV_STEP_LIKE : VV_STEP_BETWEEN;
		return true;
	}
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (token_is_sign(t, table[i].sign)) {
			out->code = table[i].code;
			out->step = table[i].step;
			return true;
		}
	}
	return false;
}

static vv_status read_binary(parser *p, const op *o)
{
	vv_status rc;
	op *waits;

	if (o->code == OP_AND) {
		if ((rc = reduce(p, OP_SUM)) < 0) return rc;
		waits = p->op_count > 0 ? &p->ops[p->op_count - 1] : NULL;
		if (waits && !waits->second &&
		    (waits->step == VV_STEP_BETWEEN || waits->step == VV_STEP_NOT_BETWEEN)) {
			waits->second = true;
			return next_token(&p->t);
		}
	}
	/* what waits here as a comparison has this one's left side as its right one: a < b < c */
	if ((rc = reduce(p, o->code == OP_COMPARE ? OP_SUM : o->code)) < 0) return rc;
	if (o->code == OP_COMPARE && p->op_count > 0 &&
	    p->ops[p->op_count - 1].code == OP_COMPARE) {
		fail_at(&p->t, o->at, "comparisons cannot be chained", NULL, 0);
		return vv_hint(p->err, "write 'a < b and b < c'");
	}
	return (rc = push_op(p, o->code, o->step, o->at)) < 0 ? rc : next_token(&p->t);
}

/* Where an operator may come. *more: a value has to follow. */
static vv_status read_operator(parser *p, bool *more)
{
	token t = p->t.now;
	op binary;
	vv_status rc;

	*more = false;
	if (token_is_sign(&t, ")")) return (rc = close_parenthesis(p)) < 0 ? rc : next_token(&p->t);
	if (find_binary(&t, &binary)) {
		*more = true;
		return read_binary(p, &binary);
	}
	if (token_is_word(&t, "is")) {
		return (rc = reduce(p, OP_SUM)) < 0 || (rc = next_token(&p->t)) < 0 ? rc
										    : read_null(p);
	}
	if (token_is_word(&t, "in") || token_is_word(&t, "not")) {
		bool inverted = token_is_word(&t, "not");

		if ((rc = reduce(p, OP_SUM)) < 0 || (rc = next_token(&p->t)) < 0) return rc;
		if (inverted && find_binary(&p->t.now, &binary) &&
		    (binary.step == VV_STEP_LIKE || binary.step == VV_STEP_BETWEEN)) {
			binary.step = binary.step == VV_STEP_LIKE ? VV_STEP_NOT_LIKE
								  : VV_STEP_NOT_BETWEEN;
			*more = true;
			return read_binary(p, &binary);
		}
		if (inverted && !token_is_word(&p->t.now, "in")) {
			return fail_at(
				&p->t, p->t.now.at,
				"after a value, 'not' is followed by 'in', 'like' or 'between'",
				NULL, 0);
		}
		return inverted && (rc = next_token(&p->t)) < 0 ? rc : read_list(p, inverted, t.at);
	}
	fail_at(&p->t, t.at, "an operator is missing before", t.text, t.len);
	return p->t.how->filter && (t.type == TOKEN_NAME || t.type == TOKEN_NUMBER)
		       ? vv_hint(p->err,
				 "a text of several words is written in single quotes: 'two words'")
		       : vv_hint(p->err,
				 "known: and or not in between like is = != < <= > >= ^= + - * /");
}

static vv_status parse(parser *p)
{
	bool more = true;
	vv_status rc = next_token(&p->t);

	while (rc == VV_OK && (more || p->t.now.type != TOKEN_END)) {
		rc = more ? read_operand(p, &more) : read_operator(p, &more);
	}
	if (rc < 0 || (rc = reduce(p, OP_OR)) < 0) return rc;
	if (p->op_count > 0) {
		return fail_at(&p->t, p->ops[p->op_count - 1].at, "this '(' is not closed", NULL,
			       0);
	}
	return want_kind(&p->t, &p->nodes[0], VV_OPERAND_BOOLEAN, 0) < 0
		       ? vv_hint(p->err, "a condition is something like: price >= 0")
		       : VV_OK;
}

static vv_status list_columns(parser *p)
{
	vv_condition *c = p->c;

	c->columns = vv_arena_calloc(&c->arena, c->step_count + 1, sizeof(*c->columns));
	if (!c->columns) return vv_fail_nomem(p->err);
	for (size_t i = 0; p->used && i < c->schema->count; i++) {
		if (p->used[i]) {
			c->columns[c->column_count++] = i;
		}
	}
	return VV_OK;
}

vv_status vv_condition_compile(vv_condition **out, const char *text, size_t len,
			       const vv_schema *schema, const vv_condition_how *how, vv_error *err)
{
	vv_error own;
	parser p = {.err = err ? err : &own};
	vv_status rc;

	*out = NULL;
	if (len > VV_CONDITION_MAX) {
		return vv_fail(err, VV_EINPUT, "the condition is longer than %u bytes",
			       VV_CONDITION_MAX);
	}
	p.c = vv_calloc(1, sizeof(*p.c));
	if (!p.c) return vv_fail_nomem(err);
	vv_arena_init(&p.c->arena);
	p.c->schema = schema;
	p.c->json = how->json;
	p.c->text = vv_arena_strndup(&p.c->arena, text, len);
	p.t = (tokens){
		.text = p.c->text, .len = len, .how = how, .arena = &p.c->arena, .err = p.err};
	p.used = vv_arena_calloc(&p.c->arena, schema && schema->count ? schema->count : 1,
				 sizeof(*p.used));
	if (!p.c->text || !p.used) {
		rc = vv_fail_nomem(err);
	} else if ((!how->filter && !vv_utf8_valid(text, len)) || memchr(text, '\0', len)) {
		rc = vv_fail(err, VV_EINPUT, "the condition is not valid UTF-8 text");
	} else {
		if (!schema) {
			p.used = NULL;
		}
		rc = parse(&p);
		if (rc == VV_OK) {
			rc = list_columns(&p);
		}
	}
	if (rc < 0) {
		vv_condition_free(p.c);
		return rc;
	}
	*out = p.c;
	return VV_OK;
}

vv_status vv_condition_new(vv_condition **out, const char *text, size_t len,
			   const vv_schema *schema, bool json, vv_error *err)
{
	const vv_condition_how how = {.json = json};

	return vv_condition_compile(out, text, len, schema, &how, err);
}

vv_status vv_condition_check(const char *text, size_t len, vv_error *err)
{
	vv_auto(vv_condition) *c = NULL;
	return vv_condition_new(&c, text, len, NULL, false, err);
}

void vv_condition_free(vv_condition *c)
{
	if (c) {
		vv_arena_clear(&c->arena);
		vv_free(c);
	}
}

const size_t *vv_condition_columns(const vv_condition *c, size_t *count)
{
	*count = c->column_count;
	return c->columns;
}

const char *vv_condition_text(const vv_condition *c)
{
	return c->text;
}
