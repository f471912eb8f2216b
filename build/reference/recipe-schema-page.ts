/** docs/reference/recipe.schema.json: JSON Schema of a recipe, for editors that complete and check while one types. */
import type ts from 'typescript';
import { z } from 'zod';
import { recipeSchema } from '../../core/recipe/recipe';
import { sharedComments, type Comments } from './comments';

interface Node {
  description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly oneOf?: readonly Node[];
  readonly anyOf?: readonly Node[];
  readonly const?: unknown;
}

/** Makes the text of the file. */
export function recipeSchemaPage(): string {
  const schema = z.toJSONSchema(recipeSchema, { io: 'input', unrepresentable: 'any' });
  const comments = sharedComments();
  describe(schema as Node, comments.typeOf(['fileForms', 'Recipe'], 'input'), comments);
  const { $schema, ...rest } = schema;
  const title = 'Recipe of a prestaged media file';
  const $comment = 'Made by "npm run reference" from the program itself. Do not edit.';
  return `${JSON.stringify({ $schema, title, $comment, ...rest }, null, 2)}\n`;
}

/** Gives every member the comment that stands at it in core/recipe/recipe.ts. */
function describe(node: Node, type: ts.Type, comments: Comments): void {
  const options = node.oneOf ?? node.anyOf;
  if (options !== undefined) {
    for (const one of options) {
      const [name, by] =
        Object.entries(one.properties ?? {}).find((entry) => entry[1].const !== undefined) ?? [];
      if (name !== undefined && by !== undefined) {
        describe(one, comments.optionOf(type, name, by.const), comments);
      }
    }
    return;
  }
  if (node.items !== undefined) describe(node.items, comments.elementOf(type), comments);
  for (const [name, member] of Object.entries(node.properties ?? {})) {
    const text = comments.commentOf(type, name);
    if (text !== '') member.description = text;
    describe(member, comments.memberOf(type, name), comments);
  }
}
