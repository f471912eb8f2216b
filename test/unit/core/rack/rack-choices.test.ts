import { expect, it } from 'vitest';
import { settingsOf } from '../../../../core/delivery/recipe-settings';
import { atEndOf, diskRuleOf } from '../../../../core/rack/rack-choices';
import { readOrder } from '../../../../core/order/order-file';
import { recipeSchema } from '../../../../core/recipe/recipe';

const recipe = (more: object): unknown => ({
  ...{ name: 'Contoso', version: '1', operatingSystem: { file: '/a.wim' }, bootImage: { file: '/b.wim' } },
  ...more,
});

it('the command line counts before the order, the order before the recipe, and that before the settings', () => {
  const [order, media] = [
    { atEnd: 'off', disk: 'largest-nvme' },
    { atEnd: 'restart', disk: 'name=Contoso' },
  ] as const;
  expect(atEndOf('wait', { order, recipe: media }, 'restart')).toBe('wait');
  expect(atEndOf(undefined, { order, recipe: media }, 'wait')).toBe('off');
  expect(atEndOf(undefined, { order: {}, recipe: media }, 'wait')).toBe('restart');
  // What was chosen in the app counts before the recipe, and never before the order.
  expect(atEndOf(undefined, { order: {}, chosen: 'wait', recipe: media }, 'off')).toBe('wait');
  expect(atEndOf(undefined, { order, chosen: 'wait', recipe: media }, 'wait')).toBe('off');
  expect(atEndOf(undefined, { order: null, recipe: null }, 'off')).toBe('off');
  const only = { choose: 'only' } as const;
  expect(diskRuleOf(only, { order, recipe: media }, only)).toEqual(only);
  expect(diskRuleOf(undefined, { order, recipe: media }, only)).toEqual({ choose: 'largest-nvme' });
  expect(diskRuleOf(undefined, { order: {}, recipe: media }, only)).toEqual({
    ...{ choose: 'named', name: 'Contoso' },
  });
  expect(diskRuleOf(undefined, { order: null, recipe: {} }, only)).toEqual(only);
});

it('an order says it in a table and in JSON, and what nobody knows is refused', () => {
  const json = (more: object): string =>
    JSON.stringify({ version: 1, number: 'WO-1', machines: [{ serial: '5CD1234XY1' }], ...more });
  const says = { atEnd: 'off', disk: 'name=Samsung' };
  for (const text of [json(says), 'Serial;At end;Disk rule\n5CD1234XY1;OFF;name=Samsung\n']) {
    expect(readOrder(text, 'WO-1')).toMatchObject({ result: 'read', order: says });
  }
  // What lists of machines have in a column of that name says nothing of a rule.
  expect(readOrder('Serial;Disk\n5CD1234XY1;512 GB\n', 'WO-1')).toMatchObject({ result: 'read' });
  expect(readOrder(json({ atEnd: 'explode', disk: 'any' }), null)).toMatchObject({
    result: 'refused',
    problems: [
      { message: expect.stringMatching(/^'explode' .*wait, off, restart$/) as string },
      { message: expect.stringMatching(/^there is no disk rule 'any'/) as string },
    ],
  });
});

it('a recipe says it, and the manifest of its media', () => {
  const says = { atEnd: 'restart', disk: 'largest-nvme' };
  expect(settingsOf(recipeSchema.parse(recipe(says)))).toMatchObject(says);
  expect(settingsOf(recipeSchema.parse(recipe({})))).not.toHaveProperty('atEnd');
  expect(recipeSchema.safeParse(recipe({ disk: 'any' })).success).toBe(false);
});
