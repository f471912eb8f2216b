import { describe, expect, it } from 'vitest';
import { createComplaints, mediaPlanOf } from '../../../../core/recipe/create-rules';
import { recipeSchema, type Recipe } from '../../../../core/recipe/recipe';

const recipe = (more: object): Recipe =>
  recipeSchema.parse({
    name: 'Contoso',
    version: '1',
    operatingSystem: { file: '/a.wim' },
    bootImage: { file: '/b.wim' },
    ...more,
  });

describe('the boot loader of a recipe', () => {
  it('goes into the plan of a media file that is made', () => {
    const chosen = recipe({ bootLoader: '2023' });
    expect(createComplaints(chosen)).toEqual([]);
    expect(mediaPlanOf(chosen, '/c.wim', false)).toMatchObject({ bootLoader: '2023' });
    expect(mediaPlanOf(recipe({}), '/c.wim', false)).not.toHaveProperty('bootLoader');
  });

  it('is refused for a finished media file, which has its own', () => {
    const finished = recipe({
      ...{ bootLoader: '2011', bootImage: {}, operatingSystem: { media: '/m.wim' } },
      packages: [{ id: 'ABC00001', name: 'A package', folder: '/p' }],
    });
    expect(createComplaints(finished)).toMatchObject([{ path: ['bootLoader'] }]);
  });
});
