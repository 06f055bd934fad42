/** Reading and evaluating arithmetic expressions without `eval`: numbers, + - * /, parentheses, exact fractions. */

interface Fraction {
  top: number;
  bottom: number;
}

/** The whole numbers that an expression is written with, in order. */
export function numbersOf(expression: string): number[] {
  return (expression.match(/\d+/g) ?? []).map(Number);
}

/** The value of an expression, or undefined where it cannot be read, divides by zero or is longer than 200 characters. */
export function evaluate(expression: string): number | undefined {
  if (expression.length > 200) return undefined;
  const tokens = expression.replace(/\s+/g, ' ').match(/\d+|[()+\-*/]|\S/g) ?? [];
  let at = 0;
  let failed = false;
  const fail = (): Fraction => {
    failed = true;
    return { top: 0, bottom: 1 };
  };

  function factor(): Fraction {
    const token = tokens[at++];
    if (token === undefined) return fail();
    if (/^\d+$/.test(token)) return { top: Number(token), bottom: 1 };
    if (token === '-') {
      const value = factor();
      return { top: -value.top, bottom: value.bottom };
    }
    if (token !== '(') return fail();
    const value = sum();
    return tokens[at++] === ')' ? value : fail();
  }

  function product(): Fraction {
    let left = factor();
    while (!failed && (tokens[at] === '*' || tokens[at] === '/')) {
      const sign = tokens[at++];
      const right = factor();
      left =
        sign === '*'
          ? { top: left.top * right.top, bottom: left.bottom * right.bottom }
          : { top: left.top * right.bottom, bottom: left.bottom * right.top };
      if (left.bottom === 0) return fail();
    }
    return left;
  }

  function sum(): Fraction {
    let left = product();
    while (!failed && (tokens[at] === '+' || tokens[at] === '-')) {
      const sign = tokens[at++] === '+' ? 1 : -1;
      const right = product();
      left = { top: left.top * right.bottom + sign * right.top * left.bottom, bottom: left.bottom * right.bottom };
    }
    return left;
  }

  const value = sum();
  return failed || at !== tokens.length ? undefined : value.top / value.bottom;
}
